import { expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Wiring } from '../../backend/wiring.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { TableUnavailableError } from '../../backend/errors.ts';
import { createLogger } from '../../backend/logger.ts';
import { memberItemOf, messageItemOf } from '../../backend/table/items.ts';
import type { Table } from '../../backend/table/table.ts';
import { createHandler, type FailureQueue } from '../../lambdas/update-summaries/handler.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { directGroupId } from '../../schema/ids.ts';
import { groupItem, newGroupId, newUserId, streamRecord } from '../support/factories.ts';
import {
  countUnread,
  DELIVERIES,
  directHistory,
  expectedReadSeq,
  type History,
  namedHistory,
  type Step,
  steps,
} from '../support/histories.ts';
import { deliver } from '../support/lambda.ts';
import { randomRuns } from '../support/random-runs.ts';
import { putItems } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const RUNS = randomRuns(20);
const quiet = { publish: () => Promise.resolve() };
const failures = jest.fn<FailureQueue>();

/** A history, how it is delivered, and how many batches run at once. */
const scenario = fc
  .tuple(
    fc.oneof(namedHistory(8), directHistory(8)),
    fc.constantFrom(...(Object.keys(DELIVERIES) as (keyof typeof DELIVERIES)[])),
    fc.integer({ min: 1, max: 4 }),
  )
  .chain(([past, delivery, parallel]) =>
    fc.tuple(fc.constant(past), steps(past, delivery), fc.constant(parallel)),
  );

const db = useTestTable();

it(`a group is kept as its log has it, through ${RUNS} random histories, in any order, in parallel, and with a crash between any two writes`, async () => {
  const context = { ...db().newContext(), events: quiet } as unknown as Wiring;
  await fc.assert(
    fc.asyncProperty(scenario, async ([original, taken, parallel]) => {
      const { past, steps: todo } = inNewGroup(original, taken);
      const { last_n, ...summary } = past.summary;
      await putItems(db().table, [
        groupItem({ groupId: past.groupId, ...summary }),
        ...past.rows.map(memberItemOf),
        ...past.log.map(messageItemOf),
      ]);
      for (let from = 0; from < todo.length; from += parallel) {
        await Promise.all(todo.slice(from, from + parallel).map((step) => take(context, past, step)));
      }
      await expectKeptByLog(context, past, todo);
    }),
    { numRuns: RUNS, seed: 20_241_117, endOnFailure: true },
  );
  expect(failures).not.toHaveBeenCalled();
});

async function take(context: Wiring, past: History, step: Step): Promise<void> {
  if (step.kind === 'mark') {
    await markRead(context, past.groupId, step.userId, step.seq);
    return;
  }
  const table = step.crashAfter === undefined ? db().table : crashing(db().table, step.crashAfter);
  const parts = { ...streamStores(table), events: quiet, failures, logger: createLogger('silent') };
  await deliver(
    createHandler(parts),
    step.images.map((image) => streamRecord(image)),
  );
}

/** A table that fails right after a write was carried out, once: as where the process dies there, and the batch comes again. */
function crashing(table: Table, afterWrites: number): Table {
  let left = afterWrites;
  const send = async (command: { readonly constructor: { readonly name: string } }) => {
    const answer = await table.send(command as never);
    const isWrite = ['PutCommand', 'UpdateCommand'].includes(command.constructor.name);
    left -= isWrite ? 1 : 0;
    if (isWrite && left === 0) throw new TableUnavailableError();
    return answer;
  };
  return { name: table.name, send: send as Table['send'] };
}

async function expectKeptByLog(context: Wiring, past: History, taken: readonly Step[]): Promise<void> {
  const { groupId, log, images, rows } = past;
  expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
  const group = await context.groups.find(groupId);
  const stored = await context.members.list(groupId, 9);
  expect(stored).toHaveLength(rows.length);
  for (const row of stored) {
    const ofGroup = group?.kind === 'group' ? group : undefined;
    const summary = row.peer === undefined ? ofGroup : row;
    if (!summary) throw new Error('there is no summary');
    const readSeq = expectedReadSeq(past, row.userId, taken);
    expect([row.read_seq, row.read_n]).toEqual([readSeq, log[readSeq - 1]?.n ?? 0]);
    expect(await unreadCount(context, { ...row, summary })).toBe(countUnread(log, readSeq));
  }
  const named = (await context.changes.after(groupId, 0, 999)).flatMap(({ seqs = [] }) => seqs);
  const changed = images.filter(({ rev }) => rev > 0).map(({ seq }) => seq);
  expect(new Set(named)).toEqual(new Set(changed));
}

/** The same in a group of its own: a history may run several times, when a failure is reduced. */
function inNewGroup(past: History, taken: readonly Step[]): { past: History; steps: Step[] } {
  const [one, other] = past.rows;
  const isDirect = one?.peer !== undefined;
  const [first, second] = [newUserId(), newUserId()];
  const groupId = isDirect ? directGroupId(first, second) : newGroupId();
  let text = JSON.stringify({ past, steps: taken }).replaceAll(past.groupId, groupId);
  if (isDirect && other) {
    text = text.replaceAll(`"${one.userId}"`, `"${first}"`).replaceAll(`"${other.userId}"`, `"${second}"`);
  }
  return JSON.parse(text) as { past: History; steps: Step[] };
}
