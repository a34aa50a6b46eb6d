import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isolateName } from '../../schema/isolate-name.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import type { Answer } from '../support/http-client.ts';
import { startSummaries } from '../support/pump.ts';
import { addGroup, upTo } from '../support/scene.ts';

/* From a send over HTTP through the table's stream and the stream Lambda to what everybody's list shows. */

const api = useTestApi({ stream: true });
let summaries: { stop(): Promise<void> };

beforeAll(async () => {
  summaries = await startSummaries(api().db);
});
afterAll(() => summaries.stop());

/** Waits until somebody's list shows a conversation like this. */
async function sees(caller: Caller, groupId: string, expected: object): Promise<void> {
  await eventually(async () => {
    const group = (await caller.inbox()).find(({ uuid }) => uuid === groupId);
    expect(group).toMatchObject(expected);
  });
}

async function conversation() {
  const [ada, grace] = [await api().person(), await api().person()];
  const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'one' });
  return { ada, grace, groupId };
}

describe('the list of conversations', () => {
  it('shows a new message to both, unread to one, and what follows when it is read', async () => {
    const { ada, grace, groupId } = await conversation();
    await sees(grace, groupId, { message: 'one', unread_count: 1, read_seq: 0 });

    const second = await ada.send({ message_group_uuid: groupId, message: 'two' });
    const shown = { message: 'two', last_seq: 2, last_by: ada.userId, created_at: second.created_at };
    await sees(ada, groupId, { ...shown, unread_count: 0, read_seq: 2 });
    await sees(grace, groupId, { ...shown, unread_count: 2, read_seq: 0 });

    expect(await grace.markRead(groupId, 1)).toMatchObject({ unread_count: 1 });
    await sees(grace, groupId, { ...shown, unread_count: 1, read_seq: 1 });
    expect(await grace.markRead(groupId, 2)).toMatchObject({ unread_count: 0 });

    await grace.send({ message_group_uuid: groupId, message: 'three' });
    await sees(ada, groupId, { message: 'three', last_by: grace.userId, unread_count: 1 });
    await sees(grace, groupId, { message: 'three', unread_count: 0, read_seq: 3 });
  });

  it('marks everything read for who answers', async () => {
    const { ada, grace, groupId } = await conversation();
    await ada.send({ message_group_uuid: groupId, message: 'two' });
    await sees(grace, groupId, { unread_count: 2 });
    await grace.send({ message_group_uuid: groupId, message: 'three' });
    await sees(grace, groupId, { unread_count: 0, read_seq: 3 });
  });

  it('keeps a mark that was put before the summary came', async () => {
    const { ada, grace, groupId } = await conversation();
    const { seq } = await ada.send({ message_group_uuid: groupId, message: 'two' });
    await grace.markRead(groupId, seq);
    await sees(grace, groupId, { message: 'two', read_seq: 2, unread_count: 0 });
  });

  it('moves the conversation up for everybody in it', async () => {
    const [ada, grace, barbara] = [await api().person(), await api().person(), await api().person()];
    const withGrace = await ada.send({ handle: grace.handle, message: 'Hi' });
    const withBarbara = await ada.send({ handle: barbara.handle, message: 'Hi' });
    const order = async () => (await ada.inbox()).map(({ uuid }) => uuid);
    expect(await order()).toEqual([withBarbara.message_group_uuid, withGrace.message_group_uuid]);
    await grace.send({ handle: ada.handle, message: 'Hello' });
    await eventually(async () =>
      expect(await order()).toEqual([withGrace.message_group_uuid, withBarbara.message_group_uuid]),
    );
  });

  it('tells what was done from what was written, to everybody', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const { uuid } = await ada.createGroup('Compilers', [grace.handle]);
    await sees(grace, uuid, { last_seq: 1, last_kind: 'system' });
    await grace.send({ message_group_uuid: uuid, message: 'Hello' });
    for (const person of [ada, grace]) await sees(person, uuid, { last_seq: 2, last_kind: 'text' });
    ok(await ada.patch(`/api/message_groups/${uuid}`, { name: 'Machines' }));
    for (const person of [ada, grace]) await sees(person, uuid, { last_seq: 3, last_kind: 'system' });
    expect(await compareSummaries(api().context, uuid)).toEqual({ differences: [], faults: [] });
  });

  it('is worded for its reader where it tells of a change of the group, also after the stream', async () => {
    const [ada, grace, kay] = [await api().person(), await api().person(), await api().person()];
    const name = ({ handle }: { readonly handle: string }) => isolateName(handle);
    const { uuid } = await ada.createGroup('Compilers', [grace.handle]);
    const change = async (request: Promise<Answer>, shown: readonly [Caller, string][]) => {
      ok(await request);
      for (const [person, message] of shown) await sees(person, uuid, { message });
    };
    const members = `/api/message_groups/${uuid}/members`;
    await sees(ada, uuid, { message: `You created “${isolateName('Compilers')}”` });
    await change(ada.post(members, { handle: kay.handle }), [
      [ada, `You added ${name(kay)}`],
      [kay, `${name(ada)} added you`],
      [grace, `${name(ada)} added ${name(kay)}`],
    ]);
    await change(ada.patch(`${members}/@${grace.handle}`, { role: 'admin' }), [
      [grace, `${name(ada)} made you an admin`],
    ]);
    await change(ada.patch(`${members}/@${grace.handle}`, { role: 'member' }), [
      [ada, `You made ${name(grace)} a member without admin rights`],
      [grace, `${name(ada)} made you a member without admin rights`],
    ]);
    await change(ada.patch(`/api/message_groups/${uuid}`, { name: 'Engines' }), [
      [ada, `You named the group “${isolateName('Engines')}”`],
      [kay, `${name(ada)} named the group “${isolateName('Engines')}”`],
    ]);
    await ada.delete(`${members}/@${ada.handle}`);
    await sees(grace, uuid, { message: `${name(ada)} left, and you own the group now` });
    await grace.send({ message_group_uuid: uuid, message: 'Well then' });
    for (const person of [grace, kay]) await sees(person, uuid, { message: 'Well then', last_kind: 'text' });
    expect(await compareSummaries(api().context, uuid)).toEqual({ differences: [], faults: [] });
  });

  it('comes to the same for everybody in a group after many sends at once', async () => {
    const people = await Promise.all(upTo(4).map(() => api().person()));
    const userIds = people.map((person) => person.userId);
    const { groupId } = await addGroup(api().db.table, { userIds });
    const [reader, ...writers] = people;
    if (!reader) throw new Error('there are four people');
    const sends = upTo(30).map((number) =>
      writers[number % writers.length]?.send({ message_group_uuid: groupId, message: `text ${number}` }),
    );
    await Promise.all([...sends, reader.markRead(groupId, 1)]);
    const log = await reader.history(groupId, '?limit=100');
    const newest = log.at(-1);
    for (const person of people) {
      const ownNewest = log.findLast(({ user_uuid, seq }) => user_uuid === person.userId && seq > 1)?.seq;
      const read = person === reader ? 1 : (ownNewest ?? 0);
      await sees(person, groupId, {
        last_seq: 31,
        message: newest?.message,
        last_by: newest?.user_uuid,
        read_seq: read,
        unread_count: 31 - read,
      });
    }
    expect(await compareSummaries(api().context, groupId)).toEqual({ differences: [], faults: [] });
  });
});
