import type { IncomingMessage } from 'node:http';
import type { LogEntry } from './domain/model.ts';
import { allOf, NO_RECORDER, type Recorder } from './metrics/recorder.ts';
import type { RequestScope } from './request-scope.ts';

/**
 * A stage of a message after it was stored: its process published it; the summaries have it; a process wrote it to its
 * event streams. An edit and a deletion pass the same stages.
 */
export type Stage = 'published' | 'summarised' | 'delivered';

/** A request whose response is complete, or whose client disconnected. */
export interface CompletedRequest {
  /** The operation id of its route; undefined for any other path. */
  readonly route: string | undefined;
  readonly status: number;
  /** The client disconnected before the response was complete. */
  readonly aborted: boolean;
  /** The error code, of a status of 500 or more. */
  readonly code?: string;
  /** Milliseconds since it arrived. */
  readonly ms: number;
}

/** Observes one request. */
export interface RequestObservation {
  /** What the code that handles the request runs in; absent: nothing notes what it does. */
  readonly scope?: RequestScope;
  /** Fields for the request's log line. */
  readonly logged?: Readonly<Record<string, string>>;
  readonly end: (request: CompletedRequest) => void;
}

/** What a process notes of its work: metrics, and traces where they are on. Nothing depends on it. */
export interface Observer {
  readonly recorder: Recorder;
  /** Called when a request arrives, before anything else looks at it; it has its id. */
  begin(request: IncomingMessage): RequestObservation;
  follow(stage: Stage, message: LogEntry): void;
}

const NO_OBSERVATION: RequestObservation = { end: () => undefined };

/** Notes nothing. */
export const NO_OBSERVER: Observer = {
  recorder: NO_RECORDER,
  begin: () => NO_OBSERVATION,
  follow: () => undefined,
};

/** When a message became what it is: it was sent, edited or deleted. */
export function changedAt({ created_at, edited_at, deleted_at }: LogEntry): Date {
  return new Date(deleted_at ?? edited_at ?? created_at);
}

/** Passes everything to two observers. */
export function bothOf(one: Observer, other: Observer): Observer {
  if (one === NO_OBSERVER) return other;
  if (other === NO_OBSERVER) return one;
  return {
    recorder: allOf([one.recorder, other.recorder].filter((recorder) => recorder !== NO_RECORDER)),
    begin: (request) => {
      const [first, second] = [one.begin(request), other.begin(request)];
      const scope = (first.scope ?? second.scope) && { ...first.scope, ...second.scope };
      return {
        ...(scope && { scope }),
        logged: { ...first.logged, ...second.logged },
        end: (completed) => {
          first.end(completed);
          second.end(completed);
        },
      };
    },
    follow: (stage, message) => {
      one.follow(stage, message);
      other.follow(stage, message);
    },
  };
}
