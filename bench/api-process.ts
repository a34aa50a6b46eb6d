import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { createApp } from '../backend/app.ts';
import { type DynamoConfig, readApiConfig } from '../backend/config.ts';
import { openObserver } from '../backend/open-observer.ts';
import { wire } from '../backend/wiring.ts';
import { startServer } from '../backend/http/server.ts';
import { createTokenVerifier, type TokenSources } from '../backend/http/verify-token.ts';
import { createLogger } from '../backend/logger.ts';
import { type CapacityMeter, meterCapacity, type Usage } from '../backend/table/capacity-meter.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { answerCalls } from './calls.ts';
import { cpuTimeMs } from './loop.ts';

/* The API as in production, in its own process: every middleware, tokens verified, a log line for each request. */

interface ApiOptions {
  readonly dynamo: DynamoConfig;
  readonly tokens: TokenSources;
  /** Whether to request the capacity that each operation consumed, which makes it slower. */
  readonly metered: boolean;
  /** What the API measures of itself, as its environment variables; absent: nothing. */
  readonly observed?: Readonly<Record<string, string>>;
}

const LOOP_DELAY_RESOLUTION_MS = 1;

let loopDelay: IntervalHistogram | undefined;
let meter: CapacityMeter | undefined;
let measured: { readonly usage: Promise<Usage>; readonly end: () => void } | undefined;

const commands = {
  start: async ({ dynamo, tokens, metered, observed = {} }: ApiOptions): Promise<{ port: number }> => {
    const { tableName } = dynamo;
    const client = createDynamoClient(dynamo);
    if (metered) meter = meterCapacity(client);
    const logger = createLogger('info');
    const { observer: config } = readApiConfig(observed);
    const observing = await openObserver({ config, tableName, logger });
    observing.observeClient(client);
    const app = createApp({
      context: wire({ table: openTable(client, tableName), observer: observing.observer }),
      verifyToken: createTokenVerifier(tokens),
      logger,
      corsOrigins: ['http://localhost:3000'],
    });
    const { port } = await startServer(app, 0);
    return { port };
  },

  /** Returns the CPU time used so far. */
  cpuTimeMs: (): Promise<number> => Promise.resolve(cpuTimeMs()),

  /** Returns the bytes in use after a garbage collection: of the whole process, and of its heap with external memory. */
  memory: (): Promise<{ rss: number; heap: number }> => {
    if (!globalThis.gc) throw new Error('this process was not started with --expose-gc');
    for (let round = 0; round < 3; round += 1) globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    return Promise.resolve({ rss, heap: heapUsed + external });
  },

  /** Starts to measure by how much the event loop is late. */
  beginLoopDelay: (): Promise<void> => {
    loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });
    loopDelay.enable();
    return Promise.resolve();
  },

  /** Returns the delays in ms, without the timer's own time. */
  endLoopDelay: (): Promise<{ p50: number; p99: number; max: number }> => {
    if (!loopDelay) throw new Error('no delay is being measured');
    loopDelay.disable();
    const ms = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOP_DELAY_RESOLUTION_MS);
    const { max } = loopDelay;
    return Promise.resolve({
      p50: ms(loopDelay.percentile(50)),
      p99: ms(loopDelay.percentile(99)),
      max: ms(max),
    });
  },

  /** Starts to add up the units that requests use. */
  beginUsage: (): Promise<void> => {
    if (!meter) throw new Error('this process was not started with a meter');
    const { promise, resolve } = withResolvers();
    measured = { usage: meter.measure(() => promise), end: resolve };
    return Promise.resolve();
  },

  endUsage: async (): Promise<Usage> => {
    if (!measured) throw new Error('nothing is being measured');
    measured.end();
    return measured.usage;
  },
};

/** The commands that the API's process accepts. */
export type ApiCommands = typeof commands;

answerCalls(commands);

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve?.() };
}
