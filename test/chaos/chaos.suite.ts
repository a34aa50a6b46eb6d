import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { checkLogs } from '../support/log-checks.ts';
import { createPrng } from '../support/prng.ts';
import { startSummaries, type Summaries } from '../support/pump.ts';
import { Senders } from '../support/senders.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';
import { armFaults } from './faults.ts';
import { Readers } from './readers.ts';

/*
 * `npm run test:chaos`: two APIs and the stream's pump use the engine through a proxy that, at random, throttles, cuts
 * connections before and after forwarding, delays, responds with 500, and cancels transactions because of conflicts.
 * CHAOS_SECONDS (20) is the duration, CHAOS_SEED repeats the random numbers of an earlier run.
 */

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 20);
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
/** Timeout from the last fault to equal summaries: the pump pauses up to 2 s after consecutive failures. */
const CONVERGENCE_MS = 30_000;
/** The report of a group whose summaries are what its log says. */
const AGREE = { differences: [], faults: [] };

describe(`faults of the network and the table (CHAOS_SEED=${SEED})`, () => {
  let db: TestTable;
  let proxy: FlakyEngine;
  let apis: TestApi[] = [];
  let pump: Summaries;
  let senders: Senders;
  let readers: Readers;

  beforeAll(async () => {
    db = await createTestTable({ stream: true });
    proxy = await startFlakyEngine(db.endpoint);
    const first = await startTestApi({ table: db.through(proxy.endpoint) });
    const second = await startTestApi({ table: db.through(proxy.endpoint), issuer: first.issuer });
    apis = [first, second];
    pump = await startSummaries(db, { endpoint: proxy.endpoint });
    const ports = apis.map(({ port }) => port);
    const target = { ports, signToken: (sub: string) => first.issuer.sign({ sub }) };
    senders = new Senders(target);
    readers = new Readers(target);
    await senders.openConversations();
  });

  afterAll(async () => {
    await Promise.all([senders.abort(), readers.stop().catch(() => undefined)]);
    await pump.stop();
    await Promise.all(apis.map((api) => api.stop()));
    await proxy.close();
    await db.close();
  });

  it(
    'cause responses with 503, while each acknowledged message is stored once',
    async () => {
      armFaults(proxy, createPrng(SEED));
      senders.start();
      readers.start(senders.people);
      await sleep(SECONDS * 1_000);
      await senders.stop();
      await readers.stop();
      await checkLogs(db.newContext().messages, senders.acknowledged);
      const statuses = countStatuses(apis);
      process.stdout.write(
        `${senders.acknowledged.length} messages and ${readers.count} reads: ${JSON.stringify(statuses)}\n`,
      );
      // Some faults outlast every attempt, or nothing was shown.
      expect(statuses['503']).toBeGreaterThan(0);
      expect(Object.keys(statuses).filter((status) => !['200', '429', '503'].includes(status))).toEqual([]);
    },
    (SECONDS + 60) * 1_000,
  );

  const converge = async () => {
    const context = db.newContext();
    for (const groupId of new Set(senders.acknowledged.map((message) => message.groupId))) {
      await eventually(async () => expect(await compareSummaries(context, groupId)).toEqual(AGREE), {
        within: CONVERGENCE_MS,
      });
    }
  };

  it(
    'leave summaries that equal the logs after the last fault, without a later message',
    async () => {
      proxy.reset();
      await converge();
      // These are sent while no summary can be written, and nothing is sent after that fault has ended.
      const failedBefore = pump.failedBatches();
      proxy.cut('UpdateItem', { times: Infinity });
      await senders.sendOnce();
      await eventually(() => pump.failedBatches() > failedBefore, { within: CONVERGENCE_MS });
      proxy.reset();
      await converge();
    },
    4 * CONVERGENCE_MS,
  );
});

function countStatuses(apis: readonly TestApi[]): Record<string, number> {
  const statuses: Record<string, number> = {};
  for (const line of apis.flatMap((api) => api.logLines)) {
    const status = /"status":(\d+)/.exec(line)?.[1];
    if (status !== undefined) statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}
