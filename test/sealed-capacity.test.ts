import { beforeAll, describe, expect, it } from '@jest/globals';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { sendToGroup } from '../backend/domain/send-message.ts';
import { factsOf } from '../backend/domain/summaries.ts';
import { updateSummaries } from '../backend/domain/update-summaries.ts';
import { messageItemOf, storedSummaryOf, summaryOf } from '../backend/table/items.ts';
import type { TextEncryption } from '../backend/table/encryption/text-encryption.ts';
import type { Wiring } from '../backend/wiring.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import {
  groupItem,
  logEntry,
  memberItem,
  newDirectId,
  newGroupId,
  newUserId,
  timeOf,
} from './support/factories.ts';
import { addPerson, putItems, upTo } from './support/scene.ts';
import { kmsKey, sealedTexts, sealMessage } from './support/sealed.ts';
import { useTestTable } from './support/test-table.ts';

/*
 * What encrypted texts cost, with a key of KMS, whose data keys are the longest: about 430 bytes more a text, in messages
 * and in summaries. The texts are those of capacity.test.ts.
 */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units with encrypted texts');
let encryption: TextEncryption;
let context: Wiring;
let userId: string;

beforeAll(async () => {
  encryption = sealedTexts({ keys: [kmsKey] });
  context = db().newContext({ encryption });
  userId = await addPerson(context, 'author');
});

type Kind = 'direct' | 'named';
const KINDS: readonly Kind[] = ['direct', 'named'];
const newId = (kind: Kind): string => (kind === 'direct' ? newDirectId() : newGroupId());

const seal = (groupId: string, seq: number, message: string) =>
  sealMessage(encryption, logEntry({ groupId, seq, user_uuid: userId, message }));

/** A group of two users in which the author wrote everything, and whose summary shows all of it. */
async function startGroup(kind: Kind, { length = 10, text = TEXT, reader = newUserId() } = {}) {
  const groupId = newId(kind);
  const messages = await Promise.all(upTo(length).map((seq) => seal(groupId, seq, text)));
  const last = messages.at(-1) ?? logEntry({ groupId });
  const summary = storedSummaryOf(summaryOf(last));
  const rows = [userId, reader].map((one) => {
    const direct = { ...summary, peer: one === userId ? reader : userId };
    return memberItem({ groupId, userId: one, ...(kind === 'direct' && direct) });
  });
  const group = groupItem({ groupId, ...(kind === 'named' && summary) });
  await putItems(db().table, [group, ...rows, ...messages.map(messageItemOf)]);
  return groupId;
}

describe.each(KINDS)('in a %s group with encrypted texts', (kind) => {
  const access = kind === 'direct' ? 1 : 2;

  it.each([
    ['a text of 138 letters', TEXT, 1],
    ['a text of 500 letters', 'x'.repeat(500), 2],
    ['a text of 1,024 letters', 'x'.repeat(1_024), 3],
    ['1,024 emoji', '😀'.repeat(1_024), 6],
  ])('sending %s', async (name, text, W) => {
    const groupId = await startGroup(kind);
    const send = () => sendToGroup(context, groupId, { userId, text });
    await send();
    await expectUnits(`send ${name}, ${kind}`, { W, R: access }, send);
  });

  it.each([
    ['of 40 letters', 'x'.repeat(40), 4, 1],
    // With a row's other attributes this is more than 1 KB.
    ['of 138 letters', TEXT, 8, 1],
    ['of 100 emoji', '😀'.repeat(100), 8, 2],
  ])('the summary of a text %s', async (name, text, pair, meta) => {
    const groupId = await startGroup(kind, { text });
    const facts = factsOf([await seal(groupId, 11, text)]);
    const W = kind === 'direct' ? pair : 2 + meta;
    await expectUnits(`summary ${name}, ${kind}`, { W, R: 1 }, () =>
      updateSummaries(context, groupId, facts),
    );
  });

  it('an edit reads the message first, and a deletion does not', async () => {
    const groupId = await startGroup(kind);
    const place = { groupId, seq: 7, userId };
    const edit = () => editMessage(context, place, 'Another');
    await expectUnits(`edit, ${kind}`, { W: 1, R: access + 1 }, edit);
    await expectUnits(`edit to the same text, ${kind}`, { W: 0, R: access + 1 }, edit);
    await expectUnits(`delete, ${kind}`, { W: 1, R: access }, () => deleteMessage(context, place));
  });

  it('a page of 50 of a history', async () => {
    const groupId = await startGroup(kind, { length: 60 });
    const page = () => listMessages(context, { groupId, userId, position: { at: 'end' }, limit: 50 });
    await page();
    await expectUnits(`50 messages, ${kind}`, { W: 0, R: 1 + 1 + 10 + 1 + 1 }, page);
  });

  it('a page of 20 of an inbox', async () => {
    const reader = newUserId();
    const one = await seal(newId(kind), 10, TEXT);
    const { preview } = summaryOf(one);
    const items = upTo(20).flatMap((n) => {
      const groupId = newId(kind);
      const summary = { last_seq: 10, last_at: timeOf(n), last_by: userId, preview };
      if (kind === 'direct') return [memberItem({ groupId, userId: reader, peer: userId, ...summary })];
      return [memberItem({ groupId, userId: reader }), groupItem({ groupId, ...summary })];
    });
    await putItems(db().table, items);
    const inbox = () => listInbox(context, reader, { limit: 20 });
    const R = kind === 'direct' ? 3 : 1 + 20 * 0.5;
    const { entries } = await expectUnits(`inbox of 20, ${kind}`, { W: 0, R }, inbox);
    expect(entries).toHaveLength(20);
  });
});
