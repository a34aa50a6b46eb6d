import type { MetricId } from './catalogue.ts';

/** Where measurements go. Each call is a few hundred nanoseconds, so it may be made for each request. */
export interface Recorder {
  /**
   * Records a measurement.
   * @param value in the metric's unit; of a counter, how many.
   * @param labels the values of the metric's dimensions, in their order.
   */
  record(metric: MetricId, value: number, ...labels: readonly string[]): void;
  /** Names the function that returns a gauge's level. It is called when the metrics are read, or written. */
  gauge(metric: MetricId, level: () => number): void;
}

/** Without metrics. */
export const NO_RECORDER: Recorder = { record: () => undefined, gauge: () => undefined };

/** Passes every measurement to several recorders. */
export function allOf(recorders: readonly Recorder[]): Recorder {
  const [only] = recorders;
  if (!only) return NO_RECORDER;
  if (recorders.length === 1) return only;
  return {
    record: (metric, value, ...labels) => {
      for (const recorder of recorders) recorder.record(metric, value, ...labels);
    },
    gauge: (metric, level) => {
      for (const recorder of recorders) recorder.gauge(metric, level);
    },
  };
}
