import { setTimeout as sleep } from 'node:timers/promises';
import type { FlakyEngine, Which } from '../support/flaky-engine.ts';
import type { Prng } from '../support/prng.ts';

const READS = ['GetItem', 'Query', 'BatchGetItem'];
const WRITES = ['PutItem', 'UpdateItem', 'TransactWriteItems'];
const STREAMS = ['DescribeTable', 'DescribeStream', 'GetShardIterator', 'GetRecords'];

/** In ms: a delay that is only slow, and one that no client waits for. */
const SLOW_MS = 100;
const LOST_MS = 3_000;

/** Every few seconds there is a second in which nearly nothing gets through: faults that retries cannot absorb. */
const STORM_EVERY_MS = 4_000;
const STORM_LASTS_MS = 1_500;
const STORM_PER_MILLE = 950;

/**
 * Arms every fault for every operation, until the proxy is reset, each at random: together about one request in five,
 * and in storms nearly all.
 */
export function armFaults(proxy: FlakyEngine, prng: Prng): void {
  /** Number of requests of a thousand. */
  const often = (perMille: number): Which => ({
    times: Infinity,
    where: () => prng.between(1, 1_000) <= perMille,
  });
  const inStorm: Which = {
    times: Infinity,
    where: () =>
      performance.now() % STORM_EVERY_MS < STORM_LASTS_MS && prng.between(1, 1_000) <= STORM_PER_MILLE,
  };
  for (const operation of [...READS, ...WRITES, ...STREAMS]) {
    proxy.cut(operation, inStorm);
    proxy.refuse(operation, 'ProvisionedThroughputExceededException', often(40));
    proxy.refuse(operation, 'ThrottlingException', often(20));
    proxy.breakDown(operation, often(30));
    proxy.cut(operation, often(30));
    proxy.loseAnswer(operation, often(30));
    proxy.before(operation, () => sleep(prng.between(1, SLOW_MS)), often(50));
    proxy.before(operation, () => sleep(LOST_MS), often(3));
  }
  for (const operation of ['PutItem', 'UpdateItem']) {
    proxy.refuse(operation, 'TransactionConflictException', often(50));
  }
  proxy.cancel(['None', 'TransactionConflict', 'None', 'None'], often(100));
  proxy.leaveUnprocessed(often(300));
}
