import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricDefinition, type MetricId, METRICS } from './catalogue.ts';
import type { Recorder } from './recorder.ts';

/** Upper bounds of times, in seconds: from a write of DynamoDB to a minute, which users notice in any case. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Upper bounds of capacity units: the budgets of the access patterns are between 1 and some dozens. */
const UNITS = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 16, 32, 64, 128];

/** Keeps metrics for Prometheus, with those of the process: CPU, memory, the event loop and garbage collection. */
export class PrometheusRecorder implements Recorder {
  readonly #registry = new Registry();
  readonly #observe = new Map<MetricId, (value: number, labels: readonly string[]) => void>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const id of Object.keys(METRICS) as MetricId[]) {
      if (METRICS[id].kind !== 'gauge') this.#observe.set(id, this.#open(METRICS[id]));
    }
  }

  record(metric: MetricId, value: number, ...labels: readonly string[]): void {
    this.#observe.get(metric)?.(value, labels);
  }

  gauge(metric: MetricId, level: () => number): void {
    new Gauge({
      name: prometheusName(METRICS[metric]),
      help: METRICS[metric].help,
      registers: [this.#registry],
      collect() {
        this.set(level());
      },
    });
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Returns all metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #open(definition: MetricDefinition): (value: number, labels: readonly string[]) => void {
    const { help, kind, unit, dimensions } = definition;
    const options = {
      name: prometheusName(definition),
      help,
      labelNames: dimensions.map((name) => name.toLowerCase()),
      registers: [this.#registry],
    };
    if (kind === 'counter') {
      const counter = new Counter(options);
      return (value, labels) => counter.labels(...labels).inc(value);
    }
    const isTime = unit === 'Milliseconds';
    const histogram = new Histogram({ ...options, buckets: isTime ? SECONDS : UNITS });
    return (value, labels) => histogram.labels(...labels).observe(isTime ? value / 1_000 : value);
  }
}

/** Returns a metric's name in Prometheus, which counts time in seconds: `cruddur_send_duration_seconds`. */
export function prometheusName({ name, kind, unit }: MetricDefinition): string {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  const suffix = unit === 'Milliseconds' ? '_seconds' : kind === 'counter' ? '_total' : '';
  return `cruddur_${words}${suffix}`;
}
