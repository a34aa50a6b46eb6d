import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Wiring } from '../../backend/wiring.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { directInboxSk, inboxPk, memberKey, messageKey } from '../../schema/keys.ts';
import {
  memberItem,
  messageItem,
  newDirectId,
  newUserId,
  textMessage,
  timeOf,
} from '../support/factories.ts';
import { addDirectGroup, addGroup, putItem, putItems, readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* Items that contradict their key. */

const db = useTestTable();
let context: Wiring;
beforeAll(() => {
  context = db().newContext();
});

/** Ada and Grace, and a log of three messages, whose second or last is another one. */
async function startGroup(message: (seq: number) => object = () => ({})): Promise<string> {
  return (await addGroup(db().table, { userIds: ['ada', 'grace'], length: 3, message })).groupId;
}

/** A group whose last message says that it is the 500th. */
async function startContradicting(): Promise<string> {
  const groupId = await startGroup();
  await putItem(db().table, { ...messageItem({ groupId, seq: 500 }), ...messageKey(groupId, 3) });
  return groupId;
}

const seqs = (messages: readonly { readonly seq: number }[]) => messages.map(({ seq }) => seq);

describe('a message that has another seq than its key', () => {
  it('is read with the seq of its key, however it is read', async () => {
    const { messages } = context;
    const groupId = await startContradicting();
    expect(await messages.tail(groupId)).toMatchObject({ seq: 3 });
    expect(await messages.find(groupId, 3)).toMatchObject({ seq: 3 });
    const all = { from: 0, to: 999 };
    expect((await messages.searchNewest(groupId, 2, () => false)).last?.seq).toBe(3);
    expect(seqs(await messages.lastOf(groupId, all, 9))).toEqual([1, 2, 3]);
    expect(seqs(await messages.firstOf(groupId, all, 9))).toEqual([1, 2, 3]);
    expect(seqs(await messages.after(groupId, 1, 9))).toEqual([2, 3]);
    expect(seqs(await readLog(context, groupId))).toEqual([1, 2, 3]);
  });

  it('leads to no summary that says so, and to no hole in the log', async () => {
    const groupId = await startContradicting();
    await rebuildSummaries(context, groupId);
    expect(await context.groups.find(groupId)).toMatchObject({ last_seq: 3 });
    const sent = await sendToGroup(context, groupId, { userId: 'ada', text: 'next' });
    expect(sent.seq).toBe(4);
    expect(seqs(await readLog(context, groupId))).toEqual([1, 2, 3, 4]);
  });

  it('that has the seq of a put is returned with the seq of its key', async () => {
    const groupId = await startContradicting();
    const outcome = await context.messages.append(textMessage({ groupId, seq: 3 }));
    expect(outcome).toMatchObject({ stored: false, existing: { seq: 3 } });
    const deletion = { userId: 'ada', anyones: true, deletedAt: timeOf(9) };
    const changed = await context.revisions.delete(groupId, 3, deletion);
    expect(changed).toMatchObject({ changed: true, message: { seq: 3 } });
  });
});

describe('an item that is no message, among the messages', () => {
  it.each(['MSG#5', 'MSG#00000000000x', 'MSG#000000000000', 'MSG#0000000000031'])(
    'under %s is left out, and the page is as long as was asked for',
    async (sk) => {
      const { messages } = context;
      const groupId = await startGroup();
      const values = messageItem({ groupId, seq: 5, deleted_at: timeOf(9) });
      await putItem(db().table, { ...values, sk });
      expect(await messages.tail(groupId)).toMatchObject({ seq: 3 });
      expect((await messages.searchNewest(groupId, 2, () => false)).last?.seq).toBe(3);
      expect(seqs(await messages.firstOf(groupId, { from: 0, to: 999 }, 2))).toEqual([1, 2]);
      await rebuildSummaries(context, groupId);
      expect(await context.groups.find(groupId)).toMatchObject({ last_seq: 3 });
    },
  );
});

describe('an item that is no member’s row', () => {
  it('is no member, though it is between the members and META', async () => {
    const groupId = await startGroup();
    await putItem(db().table, { ...memberItem({ groupId, userId: 'eve' }), sk: 'MEMO#eve' });
    await putItem(db().table, { ...memberItem({ groupId, userId: 'eve' }), sk: 'MEMBER$' });
    const rows = await context.members.list(groupId, 10);
    expect(rows.map(({ userId }) => userId)).toEqual(['ada', 'grace']);
    expect(await context.groups.find(groupId)).toBeDefined();
  });

  it('is in no inbox: another user’s row is not shown, and the page is as long as was asked for', async () => {
    const isaac = newUserId();
    const own = await addDirectGroup(db().table, { userIds: [isaac, 'grace'] });
    const other = await addDirectGroup(db().table, { userIds: [isaac, 'kay'] });
    const foreign = newDirectId();
    const row = memberItem({ groupId: foreign, userId: 'eve', preview: 'a secret', peer: 'kay' });
    const place = { inbox_pk: inboxPk(isaac), inbox_sk: directInboxSk(timeOf(9), foreign) };
    await putItems(db().table, [{ ...row, ...place }]);
    const { entries } = await listInbox(context, isaac, { limit: 2 });
    expect(entries.map(({ row: shown }) => shown.groupId).sort()).toEqual(
      [own.groupId, other.groupId].sort(),
    );
    expect(memberKey(foreign, 'eve').sk).toBe(row.sk);
  });
});

describe('a log with a message that cannot be read', () => {
  it.each<[string, object]>([
    ['has no rev', { rev: undefined }],
    ['has a rev of another type', { rev: 'x' }],
    ['has no time', { created_at: 'yesterday' }],
    ['has no author', { user_uuid: undefined }],
  ])('that %s is reported, and no summary is made', async (_what, wrong) => {
    const groupId = await startGroup();
    const before = await context.groups.find(groupId);
    const item = { ...messageItem({ groupId, seq: 2 }), ...wrong };
    await putItem(db().table, JSON.parse(JSON.stringify(item)) as typeof item);
    for (const inspect of [compareSummaries, rebuildSummaries]) {
      const { faults } = await inspect(context, groupId);
      expect(faults).toContainEqual(
        expect.objectContaining({ key: messageKey(groupId, 2), isUnreadable: true }),
      );
    }
    expect(await context.groups.find(groupId)).toEqual(before);
  });
});
