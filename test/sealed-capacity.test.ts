import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Table from 'cli-table3';
import type { Wiring } from '../backend/wiring.ts';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { sendToGroup } from '../backend/domain/send-message.ts';
import { updateSummaries } from '../backend/domain/update-summaries.ts';
import type { LogEntry } from '../backend/domain/model.ts';
import { factsOf } from '../backend/domain/summaries.ts';
import { messageItemOf } from '../backend/table/items.ts';
import type { TextEncryption } from '../backend/table/encryption/text-encryption.ts';
import { previewOf } from '../schema/preview.ts';
import {
  type CapacityMeter,
  meterCapacity,
  type Units,
  type Usage,
} from '../backend/table/capacity-meter.ts';
import { logEntry, memberItem, newGroupId, newUserId } from './support/factories.ts';
import { addPerson, putItems, upTo } from './support/scene.ts';
import { kmsKey, sealedTexts, sealMessage } from './support/sealed.ts';
import { useTestTable } from './support/test-table.ts';

/*
 * What sealed texts cost, with a key of KMS, whose data keys are the longest: about 430 bytes more a text, in messages
 * and in rows. The texts are those of capacity.test.ts.
 */

const TEXT = 'a text of some length, '.repeat(6);

const db = useTestTable();
const used: { pattern: string; budget: Units; usage: Usage }[] = [];
let encryption: TextEncryption;
let context: Wiring;
let meter: CapacityMeter;

beforeAll(() => {
  encryption = sealedTexts({ keys: [kmsKey] });
  context = db().newContext({ encryption });
  meter = meterCapacity(db().client);
});
afterAll(() => {
  const table = new Table({
    head: ['pattern, sealed', 'W', 'of', 'R', 'of'],
    style: { head: [], border: [] },
  });
  for (const { pattern, budget, usage } of used) table.push([pattern, usage.W, budget.W, usage.R, budget.R]);
  process.stdout.write(`\nCapacity units used with sealed texts\n${table.toString()}\n`);
});

async function expectWithin(pattern: string, budget: Units, work: () => Promise<unknown>): Promise<void> {
  const usage = await meter.measure(work);
  used.push({ pattern, budget, usage });
  expect(usage.W).toBeLessThanOrEqual(budget.W);
  expect(usage.R).toBeLessThanOrEqual(budget.R);
}

/** People in a group whose first member said everything, and whose rows know of all of it. */
async function startGroup({ N, length = 10, text = TEXT }: { N: number; length?: number; text?: string }) {
  const userIds = await Promise.all(
    upTo(N).map((n) => addPerson(context, `${n}.${newUserId().slice(0, 8)}`)),
  );
  const groupId = newGroupId();
  const [user_uuid = ''] = userIds;
  const messages = await Promise.all(
    upTo(length).map((seq) => sealMessage(encryption, logEntry({ groupId, seq, user_uuid, message: text }))),
  );
  const last = messages.at(-1) ?? logEntry({ groupId });
  const summary = { last_seq: length, last_by: user_uuid, preview: previewOf(last) };
  await putItems(db().table, [
    ...userIds.map((userId) => memberItem({ groupId, userId, ...summary })),
    ...messages.map(messageItemOf),
  ]);
  return { groupId, userIds };
}

async function next(groupId: string, userId: string, text: string): Promise<LogEntry> {
  return sealMessage(encryption, logEntry({ groupId, seq: 11, user_uuid: userId, message: text }));
}

describe('with sealed texts', () => {
  it.each([
    ['a text of 138 letters', TEXT, 1, 1],
    ['a text of 500 letters', 'x'.repeat(500), 2, 1],
    ['a text of 1,024 letters', 'x'.repeat(1_024), 3, 1],
    ['1,024 emoji', '😀'.repeat(1_024), 6, 1],
  ])('sending %s', async (name, text, W, R) => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const [userId = ''] = userIds;
    await expectWithin(`send ${name}`, { W, R }, () => sendToGroup(context, groupId, { userId, text }));
  });

  it.each([
    [2, 'of letters', TEXT, 3],
    [8, 'of letters', TEXT, 3],
    [2, 'of emoji', '😀'.repeat(100), 6],
  ])('the summaries of %d members, %s', async (N, name, text, W) => {
    const { groupId, userIds } = await startGroup({ N });
    const facts = factsOf([await next(groupId, userIds[0] ?? '', text)]);
    if (!facts) throw new Error('there is one');
    await expectWithin(`summaries ${name}, ${N} members`, { W: W * N, R: 2 }, () =>
      updateSummaries(context, groupId, facts),
    );
  });

  it('an edit reads the message before, and a deletion does not', async () => {
    const { groupId, userIds } = await startGroup({ N: 2 });
    const place = { groupId, seq: 7, userId: userIds[0] ?? '' };
    await expectWithin('edit', { W: 1, R: 2 }, () => editMessage(context, place, 'Another'));
    await expectWithin('edit to the same text', { W: 0, R: 2 }, () => editMessage(context, place, 'Another'));
    await expectWithin('delete', { W: 1, R: 1 }, () => deleteMessage(context, place));
  });

  it('a page of 50 of a history, and one of 20 of an inbox', async () => {
    const { groupId, userIds } = await startGroup({ N: 8, length: 60 });
    const [userId = ''] = userIds;
    const history = () => listMessages(context, { groupId, userId, position: { at: 'end' }, limit: 50 });
    await history();
    await expectWithin('history page of 50', { W: 0, R: 1 + 6 }, history);
    const reader = newUserId();
    const { groupId: shown } = await startGroup({ N: 2 });
    const one = (await context.members.list(shown))[0];
    await putItems(
      db().table,
      upTo(30).map((n) =>
        memberItem({
          groupId: newGroupId(),
          userId: reader,
          last_seq: n,
          preview: one?.preview ?? null,
          peer: userId,
        }),
      ),
    );
    const inbox = () => listInbox(context, reader, { limit: 20 });
    await inbox();
    await expectWithin('inbox page of 20', { W: 0, R: 3 }, inbox);
    await expectWithin('members of a group of 8', { W: 0, R: 2 }, () => context.members.list(groupId));
  });
});
