import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { memberItemOf, messageItemOf } from '../../backend/table/items.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { createLogger } from '../../backend/logger.ts';
import { createHandler, type FailureQueue } from '../../lambdas/update-summaries/handler.ts';
import { newGroupId, streamRecord } from '../support/factories.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import {
  countUnread,
  DELIVERIES,
  expectedReadSeq,
  type History,
  history,
  type Step,
  steps,
} from '../support/histories.ts';
import { deliver } from '../support/lambda.ts';
import { putItems } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const RUNS = 30;
const CLIENT_ATTEMPTS = 4;

/** A history, how it is told, and how many batches are on their way at once. */
const scenario = fc
  .tuple(
    history(15),
    fc.constantFrom(...(Object.keys(DELIVERIES) as (keyof typeof DELIVERIES)[])),
    fc.integer({ min: 1, max: 4 }),
  )
  .chain(([past, delivery, parallel]) =>
    fc.tuple(fc.constant(past), steps(past, delivery), fc.constant(parallel)),
  );

const db = useTestTable();
let flaky: FlakyEngine;
let context: Wiring;
let handler: ReturnType<typeof createHandler>;
const failures = jest.fn<FailureQueue>();

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  context = wire({ table: db().through(flaky.endpoint) });
  handler = createHandler({ ...context, failures, logger: createLogger('silent') });
  // The client waits a random part of a longest time between its attempts: this is the shortest.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterAll(async () => {
  await flaky.close();
});

it(`rows end as the log has them, through ${RUNS} random histories, told in any order, in parallel and with crashes`, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ([original, taken, parallel]) => {
      const { past, steps: todo } = anew(original, taken);
      await putItems(db().table, [...past.rows.map(memberItemOf), ...past.log.map(messageItemOf)]);
      for (let from = 0; from < todo.length; from += parallel) {
        await Promise.all(todo.slice(from, from + parallel).map((step) => take(past, step)));
      }
      flaky.reset();
      await expectRowsByLog(past, todo);
    }),
    { numRuns: RUNS, seed: 20_241_117, endOnFailure: true },
  );
  expect(failures).not.toHaveBeenCalled();
}, 60_000);

async function take(past: History, step: Step): Promise<void> {
  if (step.kind === 'mark') {
    await markRead(context, past.groupId, step.userId, step.seq);
    return;
  }
  const crashed = step.crashAfter === undefined ? [] : past.rows.slice(step.crashAfter);
  for (const row of crashed) {
    // The next summary of this row does not arrive, nor does any repetition of it: the batch has to come again.
    const where = ({ body }: EngineRequest) =>
      JSON.stringify(body['Key']).includes(`#${row.userId}`) && isSummary(body);
    flaky.cut('UpdateItem', { times: CLIENT_ATTEMPTS, where });
  }
  await deliver(
    handler,
    step.images.map((image) => streamRecord(image)),
  );
}

async function expectRowsByLog(past: History, taken: readonly Step[]): Promise<void> {
  expect(await compareSummaries(context, past.groupId)).toEqual([]);
  const rows = await context.members.list(past.groupId);
  expect(rows).toHaveLength(past.rows.length);
  for (const row of rows) {
    const readSeq = expectedReadSeq(past, row.userId, taken);
    expect(row.read_seq).toBe(readSeq);
    expect(unreadCount(row)).toBe(countUnread(past.log, readSeq));
  }
}

/** Read marks are updates of a row too; they set no other attribute. */
function isSummary(body: EngineRequest['body']): boolean {
  return String(body['UpdateExpression']).includes('last_seq');
}

/** The same in a group of its own: a history may be told several times, when a failure is looked into. */
function anew(past: History, taken: readonly Step[]): { past: History; steps: Step[] } {
  const text = JSON.stringify({ past, steps: taken });
  return JSON.parse(text.replaceAll(past.groupId, newGroupId())) as { past: History; steps: Step[] };
}
