import { afterEach, describe, expect, it } from '@jest/globals';
import { createMessagingClient, memoryStore } from '../../client/src/index.ts';
import { useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import { Clients, Network, show, textsOf } from './clients.ts';

/* The client package in Node, at a real API. */

const api = useTestApi();
const clients = new Clients(api);
afterEach(() => clients.close());

async function twoInAGroup(): Promise<{ ada: Caller; grace: Caller; uuid: string }> {
  const [ada, grace] = await Promise.all([api().person(), api().person()]);
  const { uuid } = await ada.createGroup('Moths', [grace.handle]);
  return { ada, grace, uuid };
}

describe('Two clients', () => {
  it('talk: a message is in both logs, once, and its writer sees it before it is stored', async () => {
    const { ada, grace, uuid } = await twoInAGroup();
    const [one, other] = await Promise.all([clients.open(ada), clients.open(grace)]);
    await Promise.all([show(one, uuid), show(other, uuid)]);
    one.conversation(uuid).sending.send('Hello');
    expect(one.conversation(uuid).log.outgoing).toMatchObject([{ text: 'Hello' }]);
    await eventually(() => expect(textsOf(other, uuid).at(-1)).toBe('Hello'));
    await eventually(() => expect(one.conversation(uuid).log.outgoing).toEqual([]));
    expect(textsOf(one, uuid)).toEqual(textsOf(other, uuid));
  });

  it('see who is typing, and what is unread until it is read', async () => {
    const { ada, grace, uuid } = await twoInAGroup();
    const [one, other] = await Promise.all([clients.open(ada), clients.open(grace)]);
    await other.listGroups(undefined, 'default');
    await eventually(() => expect(other.stream.connection.get()).toBe('live'));
    await one.calls.sendTyping(uuid);
    await eventually(() => expect(other.typing.state.get().get(uuid)).toMatchObject([{ user: ada.userId }]));
    one.conversation(uuid).sending.send('Hello');
    const unread = () => other.rows.rows.get().get(uuid)?.unread_count;
    await eventually(() => expect(unread()).toBe(1));
    await other.markRead(uuid, 100);
    expect(unread()).toBe(0);
  });
});

describe('A message that is written without a network', () => {
  it('is stored once after a restart of the client, though it had arrived before', async () => {
    const { ada, uuid } = await twoInAGroup();
    const store = memoryStore();
    const network = new Network();
    const before = await clients.open(ada, { network, store });
    await show(before, uuid);
    // The response to the send is lost.
    network.send = async (request) => {
      const response = await fetch(request);
      if (request.method === 'POST') network.cut();
      return response;
    };
    before.conversation(uuid).sending.send('once');
    await eventually(() => expect(network.isCut).toBe(true));
    before.conversation(uuid).sending.send('and then');
    before.close();
    await clients.open(ada, { store });
    await eventually(async () =>
      expect((await ada.history(uuid)).map(({ message }) => message).slice(1)).toEqual(['once', 'and then']),
    );
    await eventually(() => expect(store.outgoing.keys()).toEqual([]));
  });

  it('is not sent once the user has signed out, and nothing of theirs is kept', async () => {
    const { ada, uuid } = await twoInAGroup();
    const store = memoryStore();
    const network = new Network();
    const client = await clients.open(ada, { network, store });
    await show(client, uuid);
    network.cut();
    client.conversation(uuid).sending.send('unsent');
    await client.signOut();
    expect([store.outgoing.keys(), store.history?.keys()]).toEqual([[], []]);
    await clients.open(ada, { store });
    await ada.send({ message_group_uuid: uuid, message: 'later' });
    expect((await ada.history(uuid)).map(({ message }) => message).slice(1)).toEqual(['later']);
  });
});

describe('What was shown last', () => {
  it('is shown without a network after a restart, and is brought up to date with one', async () => {
    const { ada, grace, uuid } = await twoInAGroup();
    const { seq } = await grace.send({ message_group_uuid: uuid, message: 'as it was' });
    const store = memoryStore();
    const before = await clients.open(ada, { store });
    await show(before, uuid);
    before.close();
    await grace.patch(`/api/messages/${uuid}/${seq}`, { message: 'as it is' });
    await grace.send({ message_group_uuid: uuid, message: 'new' });

    const network = new Network();
    network.isCut = true;
    const after = await clients.open(ada, { network, store });
    await show(after, uuid);
    expect(textsOf(after, uuid).at(-1)).toBe('as it was');
    network.heal();
    await eventually(() => expect(textsOf(after, uuid).slice(-2)).toEqual(['as it is', 'new']));
  });
});

it('A client of a user without a profile is refused, as the API says', async () => {
  const newcomer = await api().user();
  const made = createMessagingClient({
    baseUrl: `http://127.0.0.1:${api().port}`,
    getToken: () => newcomer.token,
  });
  await expect(made).rejects.toMatchObject({ code: 'profile_missing' });
});

it('A client asks for a newer token when the API rejects one, and reports when that is rejected, too', async () => {
  const ada = await api().person();
  const asked: unknown[] = [];
  let ended = 0;
  const access = (newer: string) => ({
    baseUrl: `http://127.0.0.1:${api().port}`,
    getToken: (rejected?: string) => {
      asked.push(rejected);
      return rejected === undefined ? 'old' : newer;
    },
    onUnauthorized: () => (ended += 1),
  });
  const client = await createMessagingClient(access(ada.token));
  client.close();
  expect([client.me.handle, asked.slice(0, 2), ended]).toEqual([ada.handle, [undefined, 'old'], 0]);
  await expect(createMessagingClient(access('wrong'))).rejects.toMatchObject({ status: 401 });
  expect(ended).toBe(1);
});
