import { Metrics } from '@aws-lambda-powertools/metrics';
import { type MetricDefinition, type MetricId, METRICS, NAMESPACE, TABLE_DIMENSION } from './catalogue.ts';
import type { Recorder } from './recorder.ts';

/** CloudWatch reads up to 100 values of one metric from one line. The library writes a line with 100 by itself. */
const MAX_VALUES = 99;

/** One metric with one set of dimension values. */
interface Series {
  readonly definition: MetricDefinition;
  readonly metrics: Metrics;
  /** Of a counter one value, which is added to. */
  readonly values: number[];
}

/** Totals of a metric that CloudWatch does not get, by its labels. */
type Sums = Record<string, { count: number; sum: number }>;

interface EmfParts {
  readonly tableName: string;
  /** Writes a line to where CloudWatch reads the logs: standard output. */
  readonly writeLine: (line: string) => void;
}

/**
 * Writes metrics as log lines in CloudWatch's embedded metric format (EMF), from which CloudWatch makes metrics without a
 * request of ours. CloudWatch charges for each combination of dimensions: metrics with many of them are written as
 * plain lines instead (`Sums`), which Logs Insights can read.
 *
 * A line has the values themselves, so that CloudWatch can compute percentiles. Lines are written when they are full, and
 * by `flush`.
 */
export class EmfRecorder implements Recorder {
  readonly #parts: EmfParts;
  readonly #series = new Map<string, Series>();
  readonly #gauges = new Map<MetricId, () => number>();
  readonly #sums = new Map<MetricId, Sums>();

  constructor(parts: EmfParts) {
    this.#parts = parts;
  }

  record(metric: MetricId, value: number, ...labels: readonly string[]): void {
    const definition: MetricDefinition = METRICS[metric];
    if (definition.inCloudWatch === false) {
      this.#addUp(metric, value, labels);
      return;
    }
    const series = this.#seriesOf(definition, labels);
    const { values } = series;
    if (definition.kind === 'counter') values[0] = (values[0] ?? 0) + value;
    else values.push(Math.round(value * 10) / 10);
    if (values.length === MAX_VALUES) this.#write(series);
  }

  gauge(metric: MetricId, level: () => number): void {
    this.#gauges.set(metric, level);
  }

  /** Writes what was recorded since the last call, and the levels of all gauges. */
  flush(): void {
    for (const [metric, level] of this.#gauges) this.record(metric, level());
    for (const series of this.#series.values()) this.#write(series);
    if (this.#sums.size === 0) return;
    const sums = [...this.#sums].map(([metric, sum]) => [METRICS[metric].name, sum]);
    this.#parts.writeLine(
      JSON.stringify({ level: 'info', msg: 'by route', sums: Object.fromEntries(sums) as unknown }),
    );
    this.#sums.clear();
  }

  #addUp(metric: MetricId, value: number, labels: readonly string[]): void {
    const sums = this.#sums.get(metric) ?? {};
    this.#sums.set(metric, sums);
    const sum = (sums[labels.join(' ')] ??= { count: 0, sum: 0 });
    sum.count += 1;
    sum.sum += value;
  }

  #seriesOf(definition: MetricDefinition, labels: readonly string[]): Series {
    const { name, dimensions } = definition;
    const key = [name, ...labels].join(' ');
    const known = this.#series.get(key);
    if (known) return known;
    const metrics = new Metrics({ namespace: NAMESPACE });
    // Without it, every metric has the dimension `service`.
    metrics.clearDefaultDimensions();
    const values: Record<string, string> = { [TABLE_DIMENSION]: this.#parts.tableName };
    dimensions.forEach((dimension, place) => (values[dimension] = labels[place] ?? ''));
    metrics.setDefaultDimensions(values);
    const series = { definition, metrics, values: [] };
    this.#series.set(key, series);
    return series;
  }

  #write({ definition: { name, unit }, metrics, values }: Series): void {
    if (values.length === 0) return;
    for (const value of values.splice(0)) metrics.addMetric(name, unit, value);
    this.#parts.writeLine(JSON.stringify(metrics.serializeMetrics()));
    metrics.clearMetrics();
  }
}
