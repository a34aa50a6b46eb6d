import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Wiring } from '../../backend/wiring.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import {
  compareSummaries,
  rebuildSummaries,
  UnreadableLogError,
} from '../../backend/domain/rebuild-summaries.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { inboxKey, memberKey, messageKey } from '../../schema/keys.ts';
import { memberItem, messageItem, textMessage, timeOf } from '../support/factories.ts';
import { addGroup, putItem, putItems, readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* Items that say something else than their key does. */

const db = useTestTable();
let context: Wiring;
beforeAll(() => {
  context = db().newContext();
});

/** Ada and Grace, and a log of three messages, whose second or last is another one. */
async function startGroup(message: (seq: number) => object = () => ({})): Promise<string> {
  const scene = { userIds: ['ada', 'grace'], length: 3, member: { last_seq: 3 }, message };
  return (await addGroup(db().table, scene)).groupId;
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
    expect(await messages.tail(groupId)).toBe(3);
    expect(await messages.find(groupId, 3)).toMatchObject({ seq: 3 });
    const all = { from: 0, to: 999 };
    expect((await messages.searchNewest(groupId, 2, () => false)).lastSeq).toBe(3);
    expect(seqs(await messages.lastOf(groupId, all, 9))).toEqual([1, 2, 3]);
    expect(seqs(await messages.firstOf(groupId, all, 9))).toEqual([1, 2, 3]);
    expect(seqs(await messages.after(groupId, 1, 9))).toEqual([2, 3]);
    expect(seqs(await readLog(context, groupId))).toEqual([1, 2, 3]);
  });

  it('makes no summary say that, and no hole in the log', async () => {
    const groupId = await startContradicting();
    await rebuildSummaries(context, groupId);
    expect((await context.members.list(groupId)).map((row) => row.last_seq)).toEqual([3, 3]);
    const sent = await sendToGroup(context, groupId, { userId: 'ada', text: 'next' });
    expect(sent.seq).toBe(4);
    expect(seqs(await readLog(context, groupId))).toEqual([1, 2, 3, 4]);
  });

  it('that stands in the way of another is handed back with the seq of its key', async () => {
    const groupId = await startContradicting();
    const outcome = await context.messages.append(textMessage({ groupId, seq: 3 }));
    expect(outcome).toMatchObject({ stored: false, existing: { seq: 3 } });
    const deletion = { userId: 'ada', anyones: true, deletedAt: timeOf(9) };
    const changed = await context.messages.delete(groupId, 3, deletion);
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
      expect(await messages.tail(groupId)).toBe(3);
      expect((await messages.searchNewest(groupId, 2, () => false)).lastSeq).toBe(3);
      expect(seqs(await messages.firstOf(groupId, { from: 0, to: 999 }, 2))).toEqual([1, 2]);
      expect(await messages.countTombstones(groupId, { from: 0, to: 999 })).toBe(0);
      await rebuildSummaries(context, groupId);
      expect((await context.members.list(groupId)).map((row) => row.last_seq)).toEqual([3, 3]);
    },
  );
});

describe('an item that is no member’s row', () => {
  it('is no member, though it stands between the members and META', async () => {
    const groupId = await startGroup();
    await putItem(db().table, { ...memberItem({ groupId, userId: 'eve' }), sk: 'MEMO#eve' });
    await putItem(db().table, { ...memberItem({ groupId, userId: 'eve' }), sk: 'MEMBER$' });
    const { group, members } = await context.members.listWithGroup(groupId);
    expect(group).toBeDefined();
    for (const rows of [members, await context.members.list(groupId)])
      expect(rows.map(({ userId }) => userId)).toEqual(['ada', 'grace']);
  });

  it('is in nobody’s inbox: another user’s row is not shown, and the page is as long as was asked for', async () => {
    const { groupId: own } = await addGroup(db().table, { userIds: ['isaac'] });
    const { groupId: other } = await addGroup(db().table, { userIds: ['isaac'] });
    const { groupId: foreign } = await addGroup(db().table, { userIds: ['eve'] });
    const row = memberItem({ groupId: foreign, userId: 'eve', preview: 'a secret' });
    await putItems(db().table, [{ ...row, ...inboxKey('isaac', timeOf(9), foreign) }]);
    const { rows } = await listInbox(context, 'isaac', { limit: 2 });
    expect(rows.map(({ groupId }) => groupId).sort()).toEqual([own, other].sort());
    expect(memberKey(foreign, 'eve').sk).toBe(row.sk);
  });
});

describe('a log with a message that cannot be read', () => {
  it.each<[string, object]>([
    ['has no rev', { rev: undefined }],
    ['has a rev of another type', { rev: 'x' }],
    ['has no time', { created_at: 'yesterday' }],
    ['has no author', { user_uuid: undefined }],
  ])('since it %s makes no summary', async (_what, wrong) => {
    const groupId = await startGroup();
    const before = await context.members.list(groupId);
    const item = { ...messageItem({ groupId, seq: 2 }), ...wrong };
    await putItem(db().table, JSON.parse(JSON.stringify(item)) as typeof item);
    await expect(compareSummaries(context, groupId)).rejects.toThrow(UnreadableLogError);
    await expect(rebuildSummaries(context, groupId)).rejects.toThrow(/MSG#000000000002/);
    expect(await context.members.list(groupId)).toEqual(before);
  });
});
