import { groupItemOf, memberItemOf } from '../../backend/table/items.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Channel, groupChannel, userChannel } from '../../backend/events/changes.ts';
import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { asEvent } from '../events/event-tale.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { type EventReader, readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { edited, logEntry, namedGroup, namedMember, newDirectId, newGroupId } from '../support/factories.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';
import { useRawConnections } from '../support/raw-connection.ts';
import { addGroup, deleteItem, putItem, readLog } from '../support/scene.ts';
import { epochSeconds } from '../support/test-issuer.ts';

const api = useTestApi();

const open = useRawConnections();

const readers: EventReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

/** A stream that is ready, read to the end of the test. */
async function listen(person: Caller, at: TestApi = api()): Promise<EventReader> {
  const reader = await readEvents(at.port, { token: person.token });
  readers.push(reader);
  expect(reader.status).toBe(200);
  await reader.until('ready');
  return reader;
}

async function twoPeople(at: TestApi = api()): Promise<{ ada: Caller; grace: Caller; groupId: string }> {
  const [ada, grace] = [await at.person(), await at.person()];
  const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'Hello' });
  return { ada, grace, groupId };
}

/** The users of a direct group. */
const to = (...people: Caller[]) => ({ userIds: people.map(({ userId }) => userId) });
/** Publishes a message of a direct group. */
const publish = (message: LogEntry, ...people: Caller[]) =>
  api().context.events.publish({ kind: 'message', to: to(...people), message });

describe('a stream', () => {
  it('says what it is, and begins with `ready`', async () => {
    const reader = await listen(await api().person());
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'transfer-encoding': 'chunked',
    });
    expect(reader.headers).not.toHaveProperty('content-encoding');
    expect(reader.events).toEqual([{ event: 'ready', data: {} }]);
  });

  it('names a time of its own after which its client reconnects, from 1 to 5 s', async () => {
    const { token } = await api().person();
    const times = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const connection = await open(api().port);
        connection.socket.write(
          `GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        );
        await connection.until(/event: ready/);
        connection.socket.destroy();
        return Number(/retry: (\d+)\n/.exec(connection.received())?.[1]);
      }),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(5_000);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it('shows a message as a GET does', async () => {
    const { ada, grace, groupId } = await twoPeople();
    const reader = await listen(grace);
    const stored = (await readLog(api().context, groupId)).at(-1);
    if (!stored) throw new Error('a message was sent');
    await publish(stored, ada, grace);
    expect(await reader.until('message')).toEqual((await grace.history(groupId)).map(asEvent));
  });

  it('shows a conversation as a GET does, to each member their own', async () => {
    const { ada, grace, groupId } = await twoPeople();
    const [adas, graces] = [await listen(ada), await listen(grace)];
    for (const row of await api().context.members.pair(groupId)) {
      await api().context.events.publish({ kind: 'message_group', row });
    }
    expect(await adas.until('message_group')).toEqual(await ada.inbox());
    expect(await graces.until('message_group')).toEqual(await grace.inbox());
    expect((await grace.inbox())[0]).toMatchObject({ handle: ada.handle, unread_count: 1 });
  });

  it('shows the name that a group was just given, whatever was known before', async () => {
    const ada = await api().person();
    const { groupId } = await addGroup(api().db.table, { userIds: [ada.userId], name: 'Before' });
    expect((await ada.inbox())[0]).toMatchObject({ name: 'Before' });
    const reader = await listen(ada);
    await putItem(api().db.table, groupItemOf(namedGroup({ groupId, name: 'After' })));
    await api().context.events.publish({ kind: 'group', groupId, seq: 2 });
    expect(await reader.until('message_group')).toMatchObject([{ name: 'After', display_name: 'After' }]);
  });

  it('shows the key of a message to its author alone', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const [adas, graces] = [await listen(ada), await listen(grace)];
    await publish(logEntry({ groupId: newDirectId(), user_uuid: ada.userId, client_key: 'k-1' }), ada, grace);
    expect(await adas.until('message')).toMatchObject([{ client_key: 'k-1' }]);
    expect((await graces.until('message'))[0]).not.toHaveProperty('client_key');
  });

  it('tells of leaving, in one field', async () => {
    const ada = await api().person();
    const reader = await listen(ada);
    const groupId = newGroupId();
    const { userId } = ada;
    await api().context.events.publish({ kind: 'membership', userId, groupId, seq: 7 });
    expect(await reader.until('message_group_left')).toEqual([{ uuid: groupId }]);
  });

  it('tells nobody but those it is for', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const [adas, graces] = [await listen(ada), await listen(grace)];
    const groupId = newGroupId();
    await publish(logEntry({ groupId, seq: 1 }), ada);
    await publish(logEntry({ groupId, seq: 2 }), ada, grace);
    await adas.until('message', 2);
    expect(await graces.until('message')).toMatchObject([{ seq: 2 }]);
  });

  it('tells in the order of publishing, though names have to be read in between', async () => {
    const db = api().db;
    const flaky = await startFlakyEngine(db.endpoint);
    const other = await startTestApi({ table: db.through(flaky.endpoint), issuer: api().issuer });
    try {
      const [ada, unknown] = [await api().person(), await api().person()];
      const reader = await listen(ada, other);
      const [read, groupId] = [flaky.hold('BatchGetItem'), newGroupId()];
      const say = (seq: number, author: Caller) =>
        other.context.events.publish({
          kind: 'message',
          to: to(ada),
          message: logEntry({ groupId, seq, user_uuid: author.userId }),
        });
      await say(1, unknown);
      await say(2, ada);
      await other.context.events.publish({ kind: 'typing', to: to(ada), groupId, userId: unknown.userId });
      await read.arrived;
      expect(reader.events.map(({ event }) => event)).toEqual(['ready']);
      read.release();
      await reader.until('typing');
      expect(await reader.until('message', 2)).toMatchObject([
        { seq: 1, handle: unknown.handle },
        { seq: 2, handle: ada.handle },
      ]);
      expect(reader.events.map(({ event }) => event)).toEqual(['ready', 'message', 'message', 'typing']);
    } finally {
      await other.stop();
      await flaky.close();
    }
  });

  it('says `ready` again when an event cannot be shown', async () => {
    const flaky = await startFlakyEngine(api().db.endpoint);
    const other = await startTestApi({ table: api().db.through(flaky.endpoint), issuer: api().issuer });
    try {
      const ada = await api().person();
      const reader = await listen(ada, other);
      flaky.refuse('BatchGetItem', 'AccessDeniedException', { times: 100 });
      await other.context.events.publish({
        kind: 'message',
        to: to(ada),
        message: logEntry({ groupId: newGroupId(), user_uuid: 'nobody-known' }),
      });
      await reader.until('ready', 2);
      expect(reader.events.map(({ event }) => event)).toEqual(['ready', 'ready']);
    } finally {
      await other.stop();
      await flaky.close();
    }
  });

  it('shows each version of a message once, and an old one that waits not at all', async () => {
    const ada = await api().person();
    const reader = await listen(ada);
    const first = logEntry({ groupId: newGroupId() });
    for (const message of [first, first]) await publish(message, ada);
    await reader.until('message');
    for (const message of [edited(first), first, edited(edited(first)), edited(first)])
      await publish(message, ada);
    await api().context.events.publish({ kind: 'typing', to: to(ada), groupId: 'g', userId: 'u' });
    await reader.until('typing');
    const revs = (await reader.until('message')).map((message) => (message as MessageAnswer).rev);
    // The first edit is left out where the second one arrives before it is delivered.
    expect(revs.filter((rev) => rev !== 1)).toEqual([0, 2]);
    expect(revs).toEqual(revs.toSorted());
  });

  it('carries nothing of a group that was left, until it is joined again', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const { groupId } = await addGroup(api().db.table, { userIds: [ada.userId, grace.userId] });
    const [reader, graces] = [await listen(ada), await listen(grace)];
    const { events } = api().context;
    const rowSince = (joined_seq: number) => namedMember({ groupId, userId: ada.userId, joined_seq });
    const publishAll = async (seq: number, membershipSeq: number) => {
      const members = { groupId, membershipSeq };
      await events.publish({ kind: 'message', to: members, message: logEntry({ groupId, seq }) });
      await events.publish({ kind: 'typing', to: members, groupId, userId: 'another' });
      const group = namedGroup({ groupId, last_seq: seq, membership_seq: membershipSeq });
      await events.publish({ kind: 'message_group', row: rowSince(1), group });
    };
    await publishAll(5, 1);
    await reader.until('message_group');
    await deleteItem(api().db.table, memberItemOf(rowSince(1)));
    const departure = { kind: 'membership', userId: ada.userId, groupId, seq: 6 } as const;
    await events.publish(departure);
    await publishAll(4, 6);
    await publishAll(7, 6);
    await events.publish(departure);
    await reader.until('message_group_left');
    // All of the earlier messages have passed before Ada comes back.
    await graces.until('typing', 3);
    await putItem(api().db.table, memberItemOf(rowSince(8)));
    await events.publish({ kind: 'membership', userId: ada.userId, groupId, seq: 8 });
    const to = { groupId, membershipSeq: 8 };
    await events.publish({ kind: 'message', to, message: logEntry({ groupId, seq: 9 }) });
    await reader.until('message', 2);
    expect(reader.events.map(({ event }) => event)).toEqual([
      'ready',
      'message',
      'typing',
      'message_group',
      'message_group_left',
      'message_group',
      'message',
    ]);
    expect(await reader.until('message')).toMatchObject([{ seq: 5 }, { seq: 9 }]);
  });

  it('answers HEAD without a stream', async () => {
    const { token } = await api().person();
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await api().request({ method: 'HEAD', path: '/api/events', headers });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['content-type']).toBe('text/event-stream');
    // It is answered, that is: what goes on has no line yet.
    await eventually(() =>
      api().logLines.some(
        (line) => line.includes('"HEAD","path":"/api/events"') && !line.includes('aborted'),
      ),
    );
  });

  it('lives while idle connections are closed', async () => {
    const server = createServer(api().app);
    server.keepAliveTimeout = 1;
    await once(server.listen(0), 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const ada = await api().person();
      const reader = await readEvents(port, { token: ada.token });
      readers.push(reader);
      const idle = connect(port, '127.0.0.1');
      const closed = once(idle.resume(), 'close');
      idle.write('GET /api/health-check HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await closed;
      await publish(logEntry({ groupId: newGroupId() }), ada);
      await reader.until('message');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('many streams', () => {
  it('of one person all hear everything, and one that closes leaves the others alone', async () => {
    const ada = await api().person();
    const streams = await Promise.all(Array.from({ length: 120 }, () => listen(ada)));
    const groupId = newGroupId();
    await publish(logEntry({ groupId, seq: 1 }), ada);
    await Promise.all(streams.map((stream) => stream.until('message')));
    for (const stream of streams.slice(0, 60)) stream.close();
    await publish(logEntry({ groupId, seq: 2 }), ada);
    await Promise.all(streams.slice(60).map((stream) => stream.until('message', 2)));
  });

  it('are refused beyond what anybody needs, and only to that person', async () => {
    const ada = await api().person();
    const { streams } = api().context;
    const closes = Array.from({ length: 500 }, () => streams.open(ada.userId, { write: () => undefined }));
    const answer = await ada.get('/api/events');
    expect(answer).toMatchObject({ status: 503, text: '["busy"]' });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    await listen(await api().person());
    for (const close of closes) close();
    await listen(ada);
  });

  it('are forgotten when their readers leave, before they were let in too', async () => {
    const live = inProcessLiveEvents();
    const subscribed = new Set<Channel>();
    const { events } = live;
    const counted = {
      publish: (change: Parameters<typeof events.publish>[0]) => events.publish(change),
      subscribe: (...[channel, listener]: Parameters<typeof events.subscribe>) => {
        const unsubscribe = events.subscribe(channel, listener);
        subscribed.add(channel);
        return () => {
          subscribed.delete(channel);
          unsubscribe();
        };
      },
      close: () => events.close(),
    };
    const flaky = await startFlakyEngine(api().db.endpoint);
    const table = api().db.through(flaky.endpoint);
    const other = await startTestApi({ table, issuer: api().issuer, live: { ...live, events: counted } });
    try {
      const [ada, grace] = [await api().person(), await api().person()];
      const { groupId } = await addGroup(api().db.table, { userIds: [ada.userId, grace.userId] });
      const stream = await listen(ada, other);
      expect([...subscribed]).toEqual([userChannel(ada.userId), groupChannel(groupId)]);
      stream.close();
      await eventually(() => subscribed.size === 0);

      const profile = flaky.hold('BatchGetItem');
      const socket = connect(other.port, '127.0.0.1');
      socket.write(
        `GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${grace.token}\r\n\r\n`,
      );
      await profile.arrived;
      socket.destroy();
      const logged = () =>
        other.logLines.some((line) => line.includes('/api/events') && line.includes('aborted'));
      await eventually(
        () => other.logLines.filter((line) => line.includes('/api/events')).length === 2 && logged(),
      );
      profile.release();
      await listen(ada, other);
      expect([...subscribed]).toEqual([userChannel(ada.userId), groupChannel(groupId)]);
    } finally {
      await other.stop();
      await flaky.close();
    }
  });
});

describe('who is too slow', () => {
  it.each(['direct', 'named'])('is cut off, and nobody else notices: %s group', async (kind) => {
    const [ada, grace] = [await api().person(), await api().person()];
    const { uuid: groupId } = await ada.createGroup('Group', [grace.handle]);
    const audience = kind === 'named' ? { groupId, membershipSeq: 1 } : to(ada, grace);
    const send = (seq: number, text = 'short') => {
      const message = logEntry({ groupId, seq: 10 + seq, message: text });
      return api().context.events.publish({ kind: 'message', to: audience, message });
    };
    const cuts = () => api().logLines.filter((line) => line.includes('too slow')).length;
    const before = cuts();
    const good = await listen(ada);
    const socket = connect(api().port, '127.0.0.1');
    socket.write(
      `GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${grace.token}\r\n\r\n`,
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1.1 200/);
    socket.pause();
    let seq = 0;
    while (cuts() === before) {
      for (let batch = 0; batch < 100; batch += 1) {
        seq += 1;
        await send(seq, '💬'.repeat(1_024));
      }
      await good.until('message', seq);
      expect(seq).toBeLessThan(20_000);
    }
    expect(good.hasEnded()).toBe(false);
    await send(seq + 1);
    const all = await good.until('message', seq + 1);
    expect(all.map((data) => (data as { seq: number }).seq)).toEqual(all.map((_, place) => 11 + place));
    socket.destroy();
  });
});

describe('who may listen', () => {
  it.each(ERROR_FORMS)('is nobody without a token, or with a bad ticket: $form', async (form) => {
    const headers = { Accept: form.accept };
    const bare = await api().request({ path: '/api/events', headers });
    expectFailure(bare, form, { status: 401, codes: ['cognito_user_id_blank'] });
    for (const query of ['?ticket=nonsense', '?ticket=', '?ticket=a&ticket=b']) {
      const answer = await api().request({ path: `/api/events${query}`, headers });
      expectFailure(answer, form, { status: 401, codes: ['ticket_invalid'] });
    }
  });

  it('is nobody without a profile', async () => {
    expect(await (await api().user()).get('/api/events')).toMatchObject({ status: 403 });
  });

  it('hears nothing more once the token has expired', async () => {
    const { userId } = await api().person();
    const exp = epochSeconds() + 2;
    const reader = await readEvents(api().port, { token: await api().issuer.sign({ sub: userId, exp }) });
    await reader.until('ready');
    expect(Date.now()).toBeLessThan(exp * 1_000);
    await reader.ended;
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000 - 5);
  });

  it('hears on though the token is good for longer than a timer can wait', async () => {
    const { userId } = await api().person();
    const token = await api().issuer.sign({ sub: userId, exp: epochSeconds() + 60 * 86_400 });
    const reader = await readEvents(api().port, { token });
    readers.push(reader);
    await reader.until('ready');
    await api().context.events.publish({
      kind: 'typing',
      to: { userIds: [userId] },
      groupId: 'g',
      userId: 'u',
    });
    await reader.until('typing');
  });
});

describe('typing', () => {
  const typing = (person: Caller, groupId: string) =>
    person.post(`/api/message_groups/${groupId}/typing`, undefined);

  it('is told to the other members, and to no device of who is typing', async () => {
    const { ada, grace, groupId } = await twoPeople();
    const [adas, others, graces] = [await listen(ada), await listen(ada), await listen(grace)];
    expect(await typing(ada, groupId)).toMatchObject({ status: 204, text: '' });
    const told = { message_group_uuid: groupId, user_uuid: ada.userId, handle: ada.handle };
    expect(await graces.until('typing')).toEqual([told]);
    await publish(logEntry({ groupId, seq: 2 }), ada, grace);
    for (const stream of [adas, others]) {
      await stream.until('message');
      expect(stream.events.map(({ event }) => event)).not.toContain('typing');
    }
  });

  it('is told at most once a second of a person and group', async () => {
    const { ada, grace, groupId } = await twoPeople();
    const second = (await addGroup(api().db.table, { userIds: [ada.userId, grace.userId] })).groupId;
    const graces = await listen(grace);
    const begun = performance.now();
    const answers = await Promise.all([groupId, groupId, second, groupId].map((group) => typing(ada, group)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    await typing(grace, groupId);
    await graces.until('typing', 2);
    // Of each group one: what was asked for too soon is not told later either.
    await eventually(async () => {
      await typing(ada, groupId);
      return graces.events.filter(({ event }) => event === 'typing').length === 3;
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(1_000);
  });

  it('is told at most once a second of all people in a group of more than 100', async () => {
    const [ada, grace, linus] = [await api().person(), await api().person(), await api().person()];
    const typists = [ada, grace];
    const userIds = [...typists, linus].map(({ userId }) => userId);
    const { groupId, group } = await addGroup(api().db.table, { userIds });
    const large = { ...group, member_count: 101 };
    await putItem(api().db.table, large);
    const linuses = await listen(linus);
    expect(
      (await Promise.all(typists.map((typist) => typing(typist, groupId)))).map(({ status }) => status),
    ).toEqual([204, 204]);
    await linuses.until('typing');
    const to = { groupId, membershipSeq: 1 };
    await api().context.events.publish({ kind: 'message', to, message: logEntry({ groupId, seq: 2 }) });
    await linuses.until('message');
    expect(linuses.events.filter(({ event }) => event === 'typing')).toHaveLength(1);
  });

  it('is told of by members only, at once after a removal too', async () => {
    const { ada, grace, groupId } = await twoPeople();
    const named = (await addGroup(api().db.table, { userIds: [ada.userId, grace.userId] })).groupId;
    for (const group of [groupId, named]) {
      expect(await typing(ada, group)).toMatchObject({ status: 204 });
      expect(await typing(await api().person(), group)).toMatchObject({ status: 404 });
    }
    const row = await api().context.members.find(named, ada.userId);
    if (!row) throw new Error('she is a member');
    await deleteItem(api().db.table, memberItemOf(row));
    expect(await typing(ada, named)).toMatchObject({ status: 404 });
  });
});

describe('stopping', () => {
  it('ends every stream at once, even one that nobody reads', async () => {
    const other = await startTestApi({ table: api().db.table, issuer: api().issuer });
    const ada = await api().person();
    const streams = await Promise.all([1, 2, 3].map(() => listen(ada, other)));
    const unread = connect(other.port, '127.0.0.1');
    unread.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ada.token}\r\n\r\n`);
    await once(unread, 'data');
    unread.pause();
    const begun = performance.now();
    await other.stop();
    expect(performance.now() - begun).toBeLessThan(1_500);
    await Promise.all(streams.map((stream) => stream.ended));
    unread.destroy();
  });

  it('ends one that was still being opened', async () => {
    const flaky = await startFlakyEngine(api().db.endpoint);
    const other = await startTestApi({ table: api().db.through(flaky.endpoint), issuer: api().issuer });
    try {
      const ada = await api().person();
      const profile = flaky.hold('BatchGetItem');
      const opening = readEvents(other.port, { token: ada.token });
      await profile.arrived;
      const stopped = other.stop();
      profile.release();
      const begun = performance.now();
      await (
        await opening
      ).ended;
      await stopped;
      expect(performance.now() - begun).toBeLessThan(1_500);
    } finally {
      await flaky.close();
    }
  });
});
