import { beforeAll, describe, expect, it } from '@jest/globals';
import { editMessage } from '../../backend/domain/change-message.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import type { Message } from '../../backend/domain/model.ts';
import { readGroup } from '../../backend/domain/read-group.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { memberItemOf } from '../../backend/table/items.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { addPerson, deleteItem, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* A direct group of which a damaged table lost one row, or both. */

const db = useTestTable();
/** Two processes on one table. */
let here: Wiring;
let there: Wiring;
let pairs = 0;
beforeAll(() => {
  here = db().newContext();
  there = db().newContext();
});

interface Pair {
  readonly groupId: string;
  readonly ada: string;
  readonly grace: string;
  readonly handles: { readonly ada: string; readonly grace: string };
}

/** Each request of a user to the group by its id. */
const REQUESTS: Readonly<Record<string, (pair: Pair, userId: string) => Promise<unknown>>> = {
  'reads the group': ({ groupId }, userId) => readGroup(here, groupId, userId),
  'lists its messages': ({ groupId }, userId) =>
    listMessages(here, { groupId, userId, position: { at: 'end' }, limit: 10 }),
  'sends to it': ({ groupId }, userId) => sendToGroup(here, groupId, { userId, text: 'after the damage' }),
  'marks it read': ({ groupId }, userId) => markRead(here, groupId, userId, 2),
  'edits a message': ({ groupId, ada }, userId) =>
    editMessage(here, { groupId, seq: userId === ada ? 1 : 2, userId }, 'edited'),
};

describe.each(['ada', 'grace'] as const)('a direct group whose row of %s is missing', (lost) => {
  it.each(Object.entries(REQUESTS))(
    'is whole again after that user %s, and serves the other one as ever',
    async (_, request) => {
      const pair = await startPair();
      const [own, peer] = [pair[lost], lost === 'ada' ? pair.grace : pair.ada];
      await lose(pair, own);
      await request(pair, own);
      const rows = await there.members.pair(pair.groupId);
      const names = rows.map((row) => [row.userId, row.peer]).sort();
      expect(names).toEqual([own, peer].sort().map((userId) => [userId, userId === own ? peer : own]));
      const row = rows.find((found) => found.userId === own);
      expect(row).toMatchObject({ last_seq: 3, last_deleted_seq: 3, log_id: rows[0]?.log_id, joined_seq: 1 });
      const { entries } = await listInbox(db().newContext(), own, { limit: 5 });
      expect(entries.map((entry) => entry.row.groupId)).toEqual([pair.groupId]);
      await lose(pair, own);
      await request(pair, peer);
      await request(pair, own);
    },
  );

  it('is repaired by a send and a look at the group of the other user, too', async () => {
    for (const request of ['reads the group', 'sends to it', 'edits a message']) {
      const pair = await startPair();
      await lose(pair, pair[lost]);
      await REQUESTS[request]?.(pair, lost === 'ada' ? pair.grace : pair.ada);
      expect(await there.members.pair(pair.groupId)).toHaveLength(2);
    }
  });

  it('stays hidden from other users, and is not repaired for them', async () => {
    const pair = await startPair();
    await lose(pair, pair[lost]);
    for (const request of Object.values(REQUESTS)) {
      await expect(request(pair, 'kay')).rejects.toThrow(NotFoundError);
    }
    expect(await there.members.pair(pair.groupId)).toHaveLength(1);
  });

  it('gets its row once, when both users meet it at once through two processes', async () => {
    const pair = await startPair();
    await lose(pair, pair[lost]);
    await Promise.all(
      upTo(8).map((n) =>
        readGroup(n % 2 === 0 ? here : there, pair.groupId, n % 4 < 2 ? pair.ada : pair.grace),
      ),
    );
    const rows = await there.members.pair(pair.groupId);
    expect(rows.map(({ userId }) => userId).sort()).toEqual([pair.ada, pair.grace].sort());
  });

  it('keeps what came to the row since another request stored it', async () => {
    const pair = await startPair();
    await lose(pair, pair[lost]);
    await Promise.all([
      markRead(here, pair.groupId, pair[lost], 2),
      ...upTo(4).map((n) => readGroup(n % 2 === 0 ? here : there, pair.groupId, pair.ada)),
    ]);
    expect(await there.members.find(pair.groupId, pair[lost])).toMatchObject({ read_seq: 2 });
  });
});

describe('a direct group of which both rows are missing', () => {
  it('gets both back with the next message by handle, which follows the log', async () => {
    const pair = await startPair();
    for (const userId of [pair.ada, pair.grace]) await lose(pair, userId);
    const sent = await sendToHandle(here, pair.handles.grace, { userId: pair.ada, text: 'once more' });
    expect(sent).toMatchObject({ groupId: pair.groupId, seq: 4 });
    expect(await there.members.pair(pair.groupId)).toHaveLength(2);
    expect(await readLog(there, pair.groupId)).toHaveLength(4);
  });

  it('gets each row once, when both users write at once through two processes', async () => {
    const pair = await startPair();
    for (const userId of [pair.ada, pair.grace]) await lose(pair, userId);
    const sent: Message[] = await Promise.all([
      sendToHandle(here, pair.handles.grace, { userId: pair.ada, text: 'hello Grace' }),
      sendToHandle(there, pair.handles.ada, { userId: pair.grace, text: 'hello Ada' }),
    ]);
    expect(sent.map(({ seq }) => seq).sort()).toEqual([4, 5]);
    const rows = await there.members.pair(pair.groupId);
    expect(rows.map(({ userId, peer }) => [userId, peer]).sort()).toEqual(
      [
        [pair.ada, pair.grace],
        [pair.grace, pair.ada],
      ].sort(),
    );
  });

  it('is not found by its id, for nothing says who its users were', async () => {
    const pair = await startPair();
    for (const userId of [pair.ada, pair.grace]) await lose(pair, userId);
    await expect(readGroup(here, pair.groupId, pair.ada)).rejects.toThrow(NotFoundError);
  });
});

/** Two users, with a text of each and a deleted one. */
async function startPair(): Promise<Pair> {
  pairs += 1;
  const handles = { ada: `ada.${pairs}`, grace: `grace.${pairs}` };
  const [ada, grace] = [await addPerson(there, handles.ada), await addPerson(there, handles.grace)];
  const { groupId } = await sendToHandle(there, handles.grace, { userId: ada, text: 'one' });
  await sendToGroup(there, groupId, { userId: grace, text: 'two' });
  await sendToGroup(there, groupId, { userId: ada, text: 'three' });
  await there.revisions.delete(groupId, 3, {
    userId: ada,
    anyones: false,
    deletedAt: new Date().toISOString(),
  });
  await there.changes.noteDeleted(groupId, [3]);
  return { groupId, ada, grace, handles };
}

async function lose({ groupId }: Pair, userId: string): Promise<void> {
  const row = await there.members.find(groupId, userId);
  if (row) await deleteItem(db().table, memberItemOf(row));
}
