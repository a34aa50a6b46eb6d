import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangedMessageAnswer, MessageAnswer } from '../../backend/presentation/message.ts';
import { asEvent } from '../events/event-tale.ts';
import { type Caller, ok } from '../support/caller.ts';
import { useStreamingApi } from '../support/conversation.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';

/* Mentions as clients send and receive them, and count them in their lists. */

const api = useStreamingApi();
let ada: Caller;
let grace: Caller;

beforeAll(async () => {
  ada = await api().person();
  grace = await api().person();
});

const shown = ({ userId, handle }: Caller) => ({ user_uuid: userId, handle, display_name: handle });

async function expectRow(caller: Caller, groupId: string, row: object): Promise<void> {
  await eventually(async () => {
    expect((await caller.inbox()).find(({ uuid }) => uuid === groupId)).toMatchObject(row);
  });
}

describe('a mention', () => {
  it('is in every response: of the send, of a page, of an edit, and of changes', async () => {
    const { uuid: groupId } = await ada.createGroup('A group', [grace.handle]);
    const sent = await ada.send({ message: `Hello @${grace.handle}`, message_group_uuid: groupId });
    expect(sent).toMatchObject({ mentions: [shown(grace)], mentions_all: false });
    expect((await grace.history(groupId)).at(-1)).toEqual(sent);
    const edited = ok(await ada.patch(`/api/messages/${groupId}/2`, { message: '@all' })) as MessageAnswer;
    expect(edited).toMatchObject({ mentions: [], mentions_all: true });
    await eventually(async () => {
      const changes = ok(await grace.get(`/api/messages/${groupId}/changes`)) as ChangedMessageAnswer[];
      expect(changes.map((change) => change.message)).toEqual([edited]);
    });
    const gone = ok(await ada.delete(`/api/messages/${groupId}/2`));
    expect(gone).toMatchObject({ message: null, mentions: [], mentions_all: false });
  });

  it('is in the event of its message, the same for all', async () => {
    const { uuid: groupId } = await ada.createGroup('A group', [grace.handle]);
    const reader = await readEvents(api().port, { token: grace.token });
    try {
      await reader.until('ready');
      const sent = await ada.send({ message: `Hello @${grace.handle}`, message_group_uuid: groupId });
      // The message about the group may come before it.
      await eventually(() => expect(reader.events).toContainEqual({ event: 'message', data: asEvent(sent) }));
    } finally {
      reader.close();
    }
  });

  it('keeps its user when the handle becomes another one', async () => {
    const kay = await api().person();
    const { uuid: groupId } = await ada.createGroup('A group', [kay.handle]);
    await ada.send({ message: `Hello @${kay.handle}`, message_group_uuid: groupId });
    await kay.saveProfile({ handle: `${kay.handle}-new`, display_name: 'Kay' });
    const user = { user_uuid: kay.userId, handle: `${kay.handle}-new`, display_name: 'Kay' };
    expect((await ada.history(groupId)).at(-1)).toMatchObject({ mentions: [user] });
  });

  it.each(['direct', 'named'] as const)('counts in the list of a %s group until it is read', async (kind) => {
    const [one, two] = [await api().person(), await api().person()];
    const place =
      kind === 'direct'
        ? { handle: two.handle }
        : { message_group_uuid: (await one.createGroup('A group', [two.handle])).uuid };
    const first = await one.send({ ...place, message: `Hello @${two.handle}` });
    await one.send({ ...place, message: 'Hello' });
    const { seq, message_group_uuid: groupId } = await one.send({ ...place, message: '@all' });
    await expectRow(two, groupId, { last_seq: seq, unread_count: 3, mention_count: 2 });
    await expectRow(one, groupId, { last_seq: seq, unread_count: 0, mention_count: 0 });
    expect(await two.group(groupId)).toMatchObject({ mention_count: 2 });
    await two.markRead(groupId, first.seq);
    await expectRow(two, groupId, { unread_count: 2, mention_count: 1 });
    ok(await one.delete(`/api/messages/${groupId}/${seq}`));
    await expectRow(two, groupId, { unread_count: 1, mention_count: 0 });
  });

  it.each(['direct', 'named'] as const)(
    'is named in the list of a %s group and in replies, by the name that its user has now, while it is the newest text',
    async (kind) => {
      const [one, two] = [await api().person(), await api().person()];
      const place =
        kind === 'direct'
          ? { handle: two.handle }
          : { message_group_uuid: (await one.createGroup('A group', [two.handle])).uuid };
      const text = `Hello @${two.handle}, and @${one.handle}`;
      const { seq, message_group_uuid: groupId } = await one.send({ ...place, message: text });
      await two.saveProfile({ handle: two.handle, display_name: 'Another name' });
      const renamed = { ...shown(two), display_name: 'Another name' };
      await expectRow(one, groupId, { message: text, mentions: [renamed, shown(one)] });
      const reply = { message: 'Yes', message_group_uuid: groupId, reply_to: seq };
      expect(await two.send(reply)).toMatchObject({ reply_to: { mentions: [renamed, shown(one)] } });
      await expectRow(one, groupId, { message: 'Yes', mentions: [] });
      await one.send({ message: `@${two.handle}`, message_group_uuid: groupId });
      await expectRow(one, groupId, { last_seq: seq + 2, mentions: [renamed] });
      ok(await one.delete(`/api/messages/${groupId}/${seq + 2}`));
      await expectRow(one, groupId, { message: null, mentions: [] });
      ok(await one.delete(`/api/messages/${groupId}/${seq}`));
      expect((await two.history(groupId)).at(-2)).toMatchObject({
        reply_to: { message: null, mentions: [] },
      });
    },
  );

  it('counts in the event of a row that another device of the user has read', async () => {
    const [one, two] = [await api().person(), await api().person()];
    const place = { message_group_uuid: (await one.createGroup('A group', [two.handle])).uuid };
    const { message_group_uuid: groupId } = await one.send({ ...place, message: `@${two.handle}` });
    const { seq } = await one.send({ ...place, message: `@${two.handle} again` });
    await expectRow(two, groupId, { last_seq: seq, mention_count: 2 });
    const reader = await readEvents(api().port, { token: two.token });
    try {
      await reader.until('ready');
      await two.markRead(groupId, seq - 1);
      expect(await reader.until('message_group')).toMatchObject([{ uuid: groupId, mention_count: 1 }]);
    } finally {
      reader.close();
    }
  });
});
