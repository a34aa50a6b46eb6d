import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  type Tracer,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { LogEntry } from '../domain/model.ts';
import { changedAt, type Stage } from '../observer.ts';
import { traceOfMessage } from './message-trace.ts';

/** The name of the tracer, and of the service where OTEL_SERVICE_NAME names no other. */
export const TRACER = 'cruddur-messaging';

/** The name under which the spans of a stage are found. */
const SPAN_OF: Readonly<Record<Stage, string>> = {
  published: 'change message',
  summarised: 'update summaries',
  delivered: 'deliver to event streams',
};

/**
 * Adds a span to a message's trace: from the time of the message, edit or deletion until now. It names the message and its
 * version, and has nothing of its text.
 * @param links spans of other traces that have to do with it: the request that wrote it.
 */
export function followMessage(tracer: Tracer, stage: Stage, message: LogEntry, links: Link[] = []): void {
  const parent = contextOf(message);
  if (!parent) return;
  tracer
    .startSpan(
      SPAN_OF[stage],
      { startTime: changedAt(message), kind: SpanKind.INTERNAL, attributes: attributesOf(message), links },
      parent,
    )
    .end();
}

/** The attributes of a span about a message. */
export function attributesOf({ groupId, seq, rev, message_uuid }: LogEntry) {
  return {
    'cruddur.message_group_uuid': groupId,
    'cruddur.message_uuid': message_uuid,
    'cruddur.seq': seq,
    'cruddur.rev': rev,
  };
}

/** The context of the first span of a message's trace, which another process may have written. */
function contextOf({ message_uuid }: LogEntry): Context | undefined {
  const ids = traceOfMessage(message_uuid);
  return (
    ids && trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: TraceFlags.SAMPLED, isRemote: true })
  );
}
