import { beforeAll, describe, expect, it } from '@jest/globals';
import { deleteMessage } from '../../backend/domain/change-message.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { addMembers, removeMember } from '../../backend/domain/manage-members.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import type { Member, Message, Person } from '../../backend/domain/model.ts';
import { listMembers, readGroup } from '../../backend/domain/read-group.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { NotFoundError, UnprocessableError } from '../../backend/errors.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { MAX_ADDED, MAX_MEMBERS } from '../../schema/items.ts';
import { handleKey, memberKey } from '../../schema/keys.ts';
import { namedMemberItem, newGroupId, streamEvent, streamRecord } from '../support/factories.ts';
import { addLargeGroup, LARGE_GROUP, personOf, profilesOf } from '../support/large-group.ts';
import { putItem, putItems, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* What works in a group of three works in the largest one. The tests go on where the one before them ended. */

const db = useTestTable();
const groupId = newGroupId();
/** Texts that a former member wrote. */
const LENGTH = 120;

const owner = personOf(0);
const ada = personOf(4_711);
const grace = personOf(8_000);
/** The only admin, who is on the last page of the members. */
const heir = personOf(LARGE_GROUP - 1);
const newcomers = upTo(MAX_ADDED).map((place) => personOf(MAX_MEMBERS + place));

let context: Wiring;
/** Messages that the stream's handler has handled. */
let handled = LENGTH;
/** In ms: a summary that was read for a list is shown for a second. Reading pages takes longer than that, or not. */
let now = 1_000;

beforeAll(async () => {
  context = db().newContext({ timer: { now: () => now } });
  const message = { user_uuid: 'former' };
  await addLargeGroup(db().table, { groupId, length: LENGTH, message, admin: heir });
  await putItems(db().table, profilesOf([owner, ada, grace, heir, ...newcomers]));
}, 120_000);

/** Brings the summary up to the log, as the stream's handler does, and lets the lists read it. */
async function catchUp(...changed: Message[]): Promise<void> {
  const later = (await readLog(context, groupId)).slice(handled);
  handled += later.length;
  const handle = createHandler({
    ...context,
    failures: () => Promise.reject(new Error('a record cannot be handled')),
    logger: createLogger('silent'),
  });
  const records = [...later, ...changed.map((message) => context.codec.entryOf(message))].map((entry) =>
    streamRecord(entry),
  );
  expect(await handle(streamEvent(records))).toEqual({ batchItemFailures: [] });
  now += 1_001;
}

const send = ({ userId }: Person, text: string) => sendToGroup(context, groupId, { userId, text });

/** The one conversation in a user's inbox. */
async function inboxOf({ userId }: Person) {
  const { entries } = await listInbox(context, userId, { limit: 20 });
  expect(entries).toHaveLength(1);
  return entries[0];
}

const field = (index: number) => `handles.${index}`;

describe(`a group of ${MAX_MEMBERS.toLocaleString('en')} members`, () => {
  it('takes messages, which all members find unread in their inboxes', async () => {
    expect(await send(ada, 'hello')).toMatchObject({ seq: LENGTH + 1, n: LENGTH + 1 });
    await send(grace, 'good morning');
    await catchUp();
    const summary = { last_seq: LENGTH + 2, last_by: grace.userId, preview: 'good morning' };
    expect(await inboxOf(owner)).toMatchObject({ summary, unreadCount: LENGTH + 2 });
    // Their own text has read everything before it.
    expect(await inboxOf(ada)).toMatchObject({ unreadCount: 1 });
    expect(await inboxOf(grace)).toMatchObject({ unreadCount: 0 });
  });

  it('is marked as read by each member alone', async () => {
    const { userId } = heir;
    expect(await markRead(context, groupId, userId, 100)).toMatchObject({ read_seq: 100, unreadCount: 22 });
    expect(await inboxOf(heir)).toMatchObject({ unreadCount: 22 });
    expect(await inboxOf(owner)).toMatchObject({ unreadCount: LENGTH + 2 });
  });

  it('pages through its history to the first message', async () => {
    const seqs: number[] = [];
    for (let before = Infinity; before > 1; before = seqs[0] ?? 0) {
      const position = before === Infinity ? { at: 'end' as const } : { at: 'before' as const, seq: before };
      const page = await listMessages(context, { groupId, userId: owner.userId, position, limit: 50 });
      seqs.unshift(...page.messages.map(({ seq }) => seq));
    }
    expect(seqs).toEqual(upTo(LENGTH + 2));
  });

  it('shows its first members, and pages through all of them to the last', async () => {
    const { members: first } = await readGroup(context, groupId, ada.userId);
    // And the reader.
    expect(first).toHaveLength(101);
    const members: Member[] = [];
    let cursor: string | undefined;
    do {
      const page = await listMembers(context, { groupId, userId: ada.userId, limit: 100, cursor });
      members.push(...page.members);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(members.map(({ userId }) => userId)).toEqual(
      Array.from({ length: LARGE_GROUP }, (_, place) => personOf(place).userId),
    );
  });

  it('counts a deleted message as unread for nobody', async () => {
    const { userId } = owner;
    const tombstone = await deleteMessage(context, { groupId, seq: LENGTH + 1, userId });
    expect(tombstone).toMatchObject({ message: null, rev: 1 });
    await catchUp(tombstone);
    expect(await inboxOf(owner)).toMatchObject({ unreadCount: LENGTH + 1 });
    expect(await inboxOf(heir)).toMatchObject({ unreadCount: 21 });
  });

  it(`takes ${MAX_ADDED} more members at once, and then no one`, async () => {
    const actor = { groupId, actor: heir };
    const handles = newcomers.map(({ handle }) => handle);
    const { group } = await addMembers(context, actor, handles, field);
    expect(group).toMatchObject({ member_count: MAX_MEMBERS, membership_seq: LENGTH + 3 });
    const [newcomer] = newcomers;
    if (newcomer) expect(await inboxOf(newcomer)).toMatchObject({ unreadCount: 0 });
    await putItem(db().table, { ...handleKey('late'), user_uuid: 'late' } as ReturnType<typeof handleKey>);
    await expect(addMembers(context, actor, ['late'], field)).rejects.toThrow(
      new UnprocessableError([{ code: 'group_full', field: 'handles.0' }]),
    );
  });

  it('removes a member, who can neither read nor write from then on', async () => {
    const { group } = await removeMember(context, { groupId, actor: owner }, grace.handle);
    expect(group).toMatchObject({ member_count: MAX_MEMBERS - 1 });
    await expect(send(grace, 'let me in')).rejects.toThrow(NotFoundError);
    expect((await listInbox(context, grace.userId, { limit: 20 })).entries).toEqual([]);
    await send(ada, 'goodbye');
  });

  it('passes to the only admin, who is on the last page of its members, when the owner leaves', async () => {
    await removeMember(context, { groupId, actor: owner }, owner.handle);
    const [last] = (await readLog(context, groupId)).slice(-1);
    expect(last?.event).toMatchObject({ type: 'member_left', new_owner: heir.userId });
    expect(await context.members.find(groupId, heir.userId)).toMatchObject({ role: 'owner' });
    expect(await context.groups.find(groupId)).toMatchObject({ member_count: MAX_MEMBERS - 2 });
  });

  it('is found to be as its log says, and is repaired where it is not', async () => {
    await catchUp();
    expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
    const row = await context.members.find(groupId, ada.userId);
    expect(row).toMatchObject({ read_seq: LENGTH + 5 });
    await putItem(db().table, namedMemberItem({ groupId, userId: ada.userId, read_seq: 1, read_n: 1 }));
    const wrong = { differences: [{ key: memberKey(groupId, ada.userId) }], faults: [] };
    expect(await compareSummaries(context, groupId)).toMatchObject(wrong);
    expect(await rebuildSummaries(context, groupId)).toMatchObject(wrong);
    expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
    expect(await context.members.find(groupId, ada.userId)).toMatchObject({ read_seq: LENGTH + 5 });
  });
});
