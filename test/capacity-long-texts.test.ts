import { beforeAll, describe, it } from '@jest/globals';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { listPins } from '../backend/domain/pin.ts';
import { sendToGroup } from '../backend/domain/send-message.ts';
import type { Wiring } from '../backend/wiring.ts';
import { MAX_PINS } from '../schema/items.ts';
import { HIGHEST_MESSAGE_MAX_CHARS } from '../schema/plain-text.ts';
import { useCapacity } from './support/capacity.ts';
import { newUserId, pinsItem } from './support/factories.ts';
import { addDirectGroup, addPerson, putItem, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What the longest texts cost: 8,192 code points, of one byte and of four. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of the longest texts');
let context: Wiring;
let userId: string;

beforeAll(async () => {
  context = db().newContext();
  userId = await addPerson(context, 'author');
});

/** A direct group of the author with messages, each of which has this text. */
async function startGroup(message: string, length: number, replies = false): Promise<string> {
  const { groupId } = await addDirectGroup(db().table, {
    userIds: [userId, newUserId()],
    length,
    message: (seq) => ({ message, ...(replies && seq % 2 === 0 && { reply_to: seq - 1 }) }),
    summary: { preview: message.slice(0, 100) },
  });
  return groupId;
}

/** R of a page's own row, newest change, pins and reactions. */
const NO_MESSAGES = 4;

describe.each([
  // W of a message; R of one, and of 50 of them, of which the keys and ids are 3 R.
  ['letters', 'x', { W: 9, R: 3, page: 103 }],
  ['emoji', '😀', { W: 33, R: 9, page: 403 }],
] as const)('a text of 8,192 %s', (name, letter, { W, R, page }) => {
  const text = letter.repeat(HIGHEST_MESSAGE_MAX_CHARS);
  const another = `!${letter.repeat(HIGHEST_MESSAGE_MAX_CHARS - 1)}`;

  it('is sent, edited and deleted for 1 W for each KB', async () => {
    const groupId = await startGroup(text, 3);
    const send = () => sendToGroup(context, groupId, { userId, text });
    await send();
    const { seq } = await expectUnits(`send ${name}`, { W, R: 1 }, send);
    const place = { groupId, seq, userId };
    await expectUnits(`edit ${name}`, { W, R: 1 }, () => editMessage(context, place, another));
    await expectUnits(`delete ${name}`, { W, R: 1 }, () => deleteMessage(context, place));
  });

  it('is read in pages of 50 for 1 R for 4 KB of them', async () => {
    const groupId = await startGroup(text, 60);
    const list = () => listMessages(context, { groupId, userId, position: { at: 'end' }, limit: 50 });
    await list();
    await expectUnits(`50 messages of ${name}`, { W: 0, R: NO_MESSAGES + page }, list);
  });

  it('is pinned, with the message that it replies to, for what both are', async () => {
    const groupId = await startGroup(text, 2 * MAX_PINS, true);
    await putItem(db().table, pinsItem({ groupId, seqs: upTo(MAX_PINS).map((n) => 2 * n) }));
    const list = () => listPins(context, groupId, userId);
    await list();
    // The row, the pins; and of each pin the message, its reactions and the original.
    await expectUnits(`50 pins of ${name}`, { W: 0, R: 1 + 1 + MAX_PINS * (R + 1 + R) }, list);
  });
});
