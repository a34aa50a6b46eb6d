import { trace } from '@opentelemetry/api';
import { EmfRecorder } from '../backend/metrics/emf-recorder.ts';
import { metricsObserver } from '../backend/metrics/metrics-observer.ts';
import { bothOf, NO_OBSERVER, type Observer } from '../backend/observer.ts';
import { followMessage, TRACER } from '../backend/tracing/follow-message.ts';

/** The observer of a function: its metrics are log lines, which CloudWatch reads. */
export interface FunctionObserver {
  readonly observer: Observer;
  /** Makes a handler that writes the metrics of each event before it returns: after that the function is frozen. */
  readonly flushing: <Event, Result>(
    handle: (event: Event) => Promise<Result>,
  ) => (event: Event) => Promise<Result>;
}

/** Creates the observer of a function. @param writeLine default: to standard output. */
export function observeFunction(
  tableName: string,
  writeLine: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): FunctionObserver {
  const recorder = new EmfRecorder({ tableName, writeLine });
  const metrics = metricsObserver({
    recorder,
    clock: () => new Date(),
    capacityEvery: 0,
    random: Math.random,
  });
  return {
    observer: process.env['TRACING'] === 'on' ? bothOf(metrics, layerTraces()) : metrics,
    flushing: (handle) => async (event) => {
      try {
        return await handle(event);
      } finally {
        recorder.flush();
      }
    },
  };
}

/** Traces messages by the SDK of a layer (AWS Distro for OpenTelemetry), which no bundle contains. Without one it does nothing. */
function layerTraces(): Observer {
  const tracer = trace.getTracer(TRACER);
  return { ...NO_OBSERVER, follow: (stage, message) => followMessage(tracer, stage, message) };
}
