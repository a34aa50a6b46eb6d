import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Logger } from './logger.ts';
import { ConfigError } from './environment.ts';
import { allOf, type Recorder } from './metrics/recorder.ts';
import type { ObserverConfig } from './observer-config.ts';
import { bothOf, NO_OBSERVER, type Observer } from './observer.ts';
import { observeTable } from './table/observe-table.ts';

/** The observer of a process, and what ends it. */
export interface OpenedObserver {
  readonly observer: Observer;
  /** Has a client note the calls of observed requests. */
  observeClient(client: DynamoDBClient): void;
  /** Writes what is left, and closes the server of `/metrics`. */
  stop(): Promise<void>;
}

/** How often metrics are written to the log: CloudWatch keeps them by the minute. */
const EMF_EVERY_MS = 60_000;

interface OpenParts {
  readonly config: ObserverConfig;
  readonly tableName: string;
  readonly logger: Logger;
}

/**
 * Opens the metrics and traces that are configured. What is off is not even loaded.
 * @throws ConfigError for traces without their packages; the system's error, with its `code`, if the port of `/metrics`
 * cannot be opened.
 */
export async function openObserver(parts: OpenParts): Promise<OpenedObserver> {
  const { config } = parts;
  const traces = config.traces ? await openTraces() : undefined;
  const outputs = [await openServer(parts), await openEmf(parts)].filter((output) => output !== undefined);
  const metrics = outputs.length > 0 ? await observerOf(outputs, config) : NO_OBSERVER;
  return {
    observer: bothOf(metrics, traces?.observer ?? NO_OBSERVER),
    observeClient: (client) => {
      if (traces || (metrics !== NO_OBSERVER && config.capacityEvery > 0)) observeTable(client);
    },
    stop: async () => {
      await Promise.all([...outputs, ...(traces ? [traces] : [])].map((output) => output.stop()));
    },
  };
}

async function observerOf(
  outputs: readonly MetricsOutput[],
  { capacityEvery }: ObserverConfig,
): Promise<Observer> {
  const { metricsObserver } = await import('./metrics/metrics-observer.ts');
  const recorder = allOf(outputs.map((output) => output.recorder));
  return metricsObserver({ recorder, clock: () => new Date(), capacityEvery, random: Math.random });
}

/** The SDK's own setting of the part of traces that are kept: all of them by default. */
function ratioOf(text = '1'): number {
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new ConfigError(['OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1']);
}

async function openTraces() {
  const ratio = ratioOf(process.env['OTEL_TRACES_SAMPLER_ARG']);
  try {
    const { openTracing } = await import('./tracing/open-tracing.ts');
    return openTracing(ratio);
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    throw new ConfigError(['TRACING: needs the optional packages: npm install --include=optional']);
  }
}

function isMissingPackage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

interface MetricsOutput {
  readonly recorder: Recorder;
  stop(): Promise<void>;
}

async function openServer({ config, logger }: OpenParts): Promise<MetricsOutput | undefined> {
  if (!config.server) return undefined;
  const { PrometheusRecorder } = await import('./metrics/prometheus-recorder.ts');
  const { startMetricsServer } = await import('./metrics/metrics-server.ts');
  const recorder = new PrometheusRecorder();
  const server = await startMetricsServer(recorder, config.server);
  logger.info({ port: server.port, address: config.server.address }, 'metrics are served at /metrics');
  return { recorder, stop: () => server.stop() };
}

async function openEmf({ config, tableName }: OpenParts): Promise<MetricsOutput | undefined> {
  if (!config.emf) return undefined;
  const { EmfRecorder } = await import('./metrics/emf-recorder.ts');
  const recorder = new EmfRecorder({ tableName, writeLine: (line) => process.stdout.write(`${line}\n`) });
  const timer = setInterval(() => recorder.flush(), EMF_EVERY_MS).unref();
  return {
    recorder,
    stop: () => {
      clearInterval(timer);
      recorder.flush();
      return Promise.resolve();
    },
  };
}
