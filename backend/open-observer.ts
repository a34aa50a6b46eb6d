import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Logger } from './logger.ts';
import { allOf, type Recorder } from './metrics/recorder.ts';
import type { MetricsConfig } from './metrics-config.ts';
import { NO_OBSERVER, type Observer } from './observer.ts';
import { observeTable } from './table/observe-table.ts';

/** The observer of a process, and what ends it. */
export interface OpenedObserver {
  readonly observer: Observer;
  /** Has a client note the calls of observed requests. */
  observeClient(client: DynamoDBClient): void;
  /** Writes what is left, and closes the server of `/metrics`. */
  stop(): Promise<void>;
}

const NOTHING: OpenedObserver = {
  observer: NO_OBSERVER,
  observeClient: () => undefined,
  stop: () => Promise.resolve(),
};

/** How often metrics are written to the log: CloudWatch keeps them by the minute. */
const EMF_EVERY_MS = 60_000;

interface OpenParts {
  readonly config: MetricsConfig;
  readonly tableName: string;
  readonly logger: Logger;
}

/**
 * Opens the metrics that are configured. What is off is not even loaded.
 * @throws the system's error, with its `code`, if the port of `/metrics` cannot be opened.
 */
export async function openObserver(parts: OpenParts): Promise<OpenedObserver> {
  const { config } = parts;
  const outputs = [await openServer(parts), await openEmf(parts)].filter((output) => output !== undefined);
  if (outputs.length === 0) return NOTHING;
  const { metricsObserver } = await import('./metrics/metrics-observer.ts');
  const { capacityEvery } = config;
  return {
    observer: metricsObserver({
      recorder: allOf(outputs.map(({ recorder }) => recorder)),
      clock: () => new Date(),
      capacityEvery,
      random: Math.random,
    }),
    observeClient: (client) => {
      if (capacityEvery > 0) observeTable(client);
    },
    stop: async () => {
      await Promise.all(outputs.map((output) => output.stop()));
    },
  };
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
