import type { IncomingMessage } from 'node:http';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  TraceFlags,
} from '@opentelemetry/api';
import type { LogEntry } from '../domain/model.ts';
import { NO_RECORDER } from '../metrics/recorder.ts';
import { changedAt, type CompletedRequest, type Observer } from '../observer.ts';
import { currentScope } from '../request-scope.ts';
import { attributesOf, followMessage } from './follow-message.ts';
import { type MessageTrace, traceOfMessage } from './message-trace.ts';

/** W3C Trace Context, version 00: the trace and the span of the caller. */
const TRACEPARENT = /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}$/;

interface TracingParts {
  readonly tracer: Tracer;
  /** Starts the first span of a trace with these ids. */
  readonly startWith: (ids: MessageTrace, start: () => Span) => Span;
}

/**
 * Traces requests, with their calls of the table, and messages. A request continues the trace that its `traceparent` names.
 * A message has a trace of its own (`traceOfMessage`), whose first span and the request's span link to each other.
 */
export function tracingObserver({ tracer, startWith }: TracingParts): Observer {
  return {
    recorder: NO_RECORDER,
    begin: (request) => {
      const attributes = { 'cruddur.request_id': request.id };
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER, attributes }, callerOf(request));
      const within = trace.setSpan(ROOT_CONTEXT, span);
      return {
        scope: { span, beginCall: (operation) => beginCall(tracer, operation, within) },
        logged: { trace_id: span.spanContext().traceId },
        end: (completed) => endRequest(span, completed),
      };
    },
    follow: (stage, message) => {
      const request = stage === 'published' ? currentScope()?.span : undefined;
      const links = request ? [{ context: request.spanContext() }] : [];
      const ids = traceOfMessage(message.message_uuid);
      if (ids && stage === 'published' && message.rev === 0)
        startWith(ids, () => firstSpan(tracer, message, links)).end();
      else followMessage(tracer, stage, message, links);
      if (ids) request?.addLink({ context: { ...ids, traceFlags: TraceFlags.SAMPLED } });
    },
  };
}

function firstSpan(
  tracer: Tracer,
  message: LogEntry,
  links: { context: ReturnType<Span['spanContext']> }[],
): Span {
  const attributes = attributesOf(message);
  return tracer.startSpan(
    'message',
    { root: true, startTime: changedAt(message), attributes, links },
    ROOT_CONTEXT,
  );
}

function beginCall(tracer: Tracer, operation: string, within: Context): (error?: unknown) => void {
  const attributes = { 'db.system.name': 'aws.dynamodb', 'db.operation.name': operation };
  const span = tracer.startSpan(operation, { kind: SpanKind.CLIENT, attributes }, within);
  return (error) => {
    // Its message may quote an item.
    if (error !== undefined)
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.name : 'unknown',
      });
    span.end();
  };
}

function endRequest(span: Span, { route, status, aborted, code }: CompletedRequest): void {
  if (route !== undefined) span.updateName(route);
  span.setAttribute('http.response.status_code', status);
  if (aborted) span.setAttribute('cruddur.aborted', true);
  if (code !== undefined) span.setAttribute('error.type', code);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The span that a request continues. Whether it is kept is decided here alone: a stranger's flag does not count. */
function callerOf({ headers: { traceparent } }: IncomingMessage): Context {
  const [, traceId, spanId] = TRACEPARENT.exec(typeof traceparent === 'string' ? traceparent : '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}
