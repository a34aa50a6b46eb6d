import { changedAt, type CompletedRequest, type Observer } from '../observer.ts';
import type { Clock } from '../sources.ts';
import type { Outcome } from './catalogue.ts';
import type { Recorder } from './recorder.ts';

/** The operation id of the route whose latency is a metric of its own. */
const SEND = 'sendMessage';
/** For paths that are no route: one label, whatever strangers ask for. */
const NO_ROUTE = 'none';
/** The table's stream keeps changes for a day. A message that is older was stored with an earlier time: by a seed or a load. */
const LONGEST_LAG_MS = 24 * 60 * 60 * 1_000;

interface MetricsObserverParts {
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Of how many requests one has its capacity units measured; 0: none. */
  readonly capacityEvery: number;
  /** A number from 0 to 1, without 1. */
  readonly random: () => number;
}

/** Makes metrics of requests and messages. */
export function metricsObserver(parts: MetricsObserverParts): Observer {
  const { recorder, clock, capacityEvery, random } = parts;
  const end = (request: CompletedRequest) => recordRequest(recorder, request);
  const unmeasured = { end };
  return {
    recorder,
    begin: () => {
      if (capacityEvery === 0 || random() * capacityEvery >= 1) return unmeasured;
      const units = { W: 0, R: 0 };
      return {
        scope: { units },
        end: (request) => {
          end(request);
          const { route = NO_ROUTE } = request;
          recorder.record('readUnits', units.R, route);
          recorder.record('writeUnits', units.W, route);
        },
      };
    },
    follow: (stage, message) => {
      if (stage === 'published') return;
      // Two processes' clocks may differ by some milliseconds.
      const lagMs = Math.max(0, clock().getTime() - changedAt(message).getTime());
      if (lagMs > LONGEST_LAG_MS) return;
      recorder.record(stage === 'summarised' ? 'summaryLag' : 'eventLag', lagMs);
    },
  };
}

function recordRequest(recorder: Recorder, request: CompletedRequest): void {
  const { route = NO_ROUTE, status, code, ms } = request;
  const outcome = outcomeOf(request);
  recorder.record('requests', 1, route, outcome);
  if (route === SEND) recorder.record('sendDuration', ms, outcome);
  if (status === 503) recorder.record('unavailable', 1, code ?? 'unknown');
}

function outcomeOf({ status, aborted }: CompletedRequest): Outcome {
  if (aborted) return 'aborted';
  if (status === 503) return 'unavailable';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}
