import { describe, expect, it } from '@jest/globals';
import { type Change, groupChannel, userChannel } from '../../backend/events/changes.ts';
import { InProcessEvents } from '../../backend/events/in-process-events.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { groupOfThree, settle, slowToStand, type TestStream, useHubs } from './hub.ts';
import { entry, publishAll, type StoredGroup } from './scene.ts';

/* Who receives the events of a named group, and who does not. */

const newHub = useHubs();

const from = (stream: TestStream, told: string) => stream.told.slice(stream.told.indexOf(told));

describe('a message of a named group', () => {
  it('is published once and presented once for all listeners', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await publish(group.send('linus'));
    await adas.until('g 2.0');
    await graces.until('g 2.0');
    expect(hub.presented).toHaveLength(1);
    expect([...hub.channels].filter((channel) => channel.startsWith('group:'))).toEqual([groupChannel('g')]);
  });

  it('is presented once more for its author, who alone sees the client key', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await publish(group.send('ada', { client_key: 'k' }));
    await adas.until('g 2.0');
    await graces.until('g 2.0');
    expect(hub.presented.map(([, viewerId]) => viewerId).sort()).toEqual(['ada', undefined]);
  });

  it('costs no reads while nobody comes or goes', async () => {
    const { group, adas, graces, publish, reads } = await groupOfThree(newHub());
    expect(reads).toEqual({ namedRows: 2, rows: 0, group: 0, messages: 0, change: 0 });
    await publish(group.send('linus'));
    await adas.until('g 2.0');
    // Each listener was verified once, before the first delivery to them.
    expect(reads.rows).toBe(2);
    for (let count = 0; count < 50; count += 1) await publish(group.send('linus'), group.typing('linus'));
    await adas.until('g 52.0');
    await graces.until('g 52.0');
    expect(reads).toEqual({ namedRows: 2, rows: 2, group: 0, messages: 0, change: 0 });
  });

  it('costs no reads while each change of members arrives', async () => {
    const { hub, group, adas, graces, publish, reads } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const before = { ...reads };
    await publish(...group.add('kay'), group.send('ada'), ...group.remove('kay'), ...group.add('alan'));
    await adas.until('g 6.0');
    await graces.until('g 6.0');
    expect(reads).toEqual(before);
  });

  it('costs one read for each change of members that was lost, and not one for each listener', async () => {
    const hub = newHub();
    const names = Array.from({ length: 20 }, (_, place) => `user-${place}`);
    const group = hub.stored.create('g', 'ada', ...names);
    const streams = await Promise.all(names.map((name) => hub.open(name)));
    await settle(hub, group, ...streams);
    const before = { ...hub.stored.reads };
    for (const name of ['kay', 'alan', 'linus']) group.add(name);
    group.remove('user-7');
    await settle(hub, group, ...streams.filter((_stream, place) => place !== 7));
    expect(hub.stored.reads).toEqual({ ...before, messages: before.messages + 4 });
    expect(streams[7]?.told).toEqual(['ready', 'g 2.0']);
  });

  it('costs one read for each listener where more changes of members were lost than it has listeners', async () => {
    const { hub, group, adas, graces, reads } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    for (const name of ['kay', 'alan', 'edsger', 'barbara']) group.add(name);
    group.remove('grace');
    await settle(hub, group, adas);
    // Two changes were read before it turned out that there are more.
    expect(reads).toMatchObject({ rows: 4, messages: 2 });
    expect(graces.told).toEqual(['ready', 'g 2.0']);
  });

  it('reaches a stream that was just opened only after its user was verified', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas);
    // The index still has a member who was removed.
    const rows = hub.stored.members.namedRows.bind(hub.stored.members);
    hub.stored.members.namedRows = (userId) =>
      userId === 'kay' ? Promise.resolve([{ ...group.row('ada'), userId }]) : rows(userId);
    const kays = await hub.open('kay');
    await publish(group.send('ada'));
    await adas.until('g 3.0');
    expect(kays.told).toEqual(['ready']);
    expect(hub.stored.reads.rows).toBe(3);
  });

  it('waits behind earlier ones of its group, and not behind those of another group', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    const other = hub.stored.create('h', 'ada', 'grace');
    await publish({ kind: 'membership', userId: 'ada', groupId: 'h', seq: 1 });
    await adas.until('h row of ada: joined 1, read 1 of Us');
    const held = deferred<undefined>();
    hub.stored.beforeRead = (_read, id) => (id === 'g' ? held.promise : undefined);
    await publish(group.send('linus'), group.send('linus'), other.send('grace'));
    await adas.until('h 2.0');
    expect(adas.told).not.toContain('g 2.0');
    held.resolve(undefined);
    await adas.until('g 3.0');
    expect(adas.told.filter((told) => told.startsWith('g '))).toEqual(['g 2.0', 'g 3.0']);
  });
});

describe('a removed member', () => {
  it('receives that they left, once, and nothing that was sent after it', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const removal = group.remove('grace');
    await publish(...removal, group.send('ada'), ...removal, group.typing('linus'));
    await adas.until('g linus is typing');
    await graces.until('g left');
    await settle(hub, group, adas);
    expect(graces.told).toEqual(['ready', 'g 2.0', 'g left']);
  });

  it('receives nothing that was sent after it though all events of the removal are lost', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    group.remove('grace');
    await publish(group.send('ada'), group.typing('linus'), ...group.rename('Them'));
    await adas.until('g row of ada: joined 1, read 1 of Them');
    expect(graces.told).toEqual(['ready', 'g 2.0']);
    // She is no listener any more, and is not read again.
    const before = hub.stored.reads.rows;
    await settle(hub, group, adas);
    expect(hub.stored.reads.rows).toBe(before);
  });

  it('receives nothing that was sent after it when the read of the change fails', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    group.remove('grace');
    hub.stored.beforeRead = () => {
      hub.stored.beforeRead = () => undefined;
      throw new Error('throttled');
    };
    await publish(group.send('ada'), group.send('ada'));
    await adas.until('g 5.0');
    // They fetch again: Ada finds the message, and Grace that she is no member.
    expect(from(adas, 'g 2.0')).toEqual(['g 2.0', 'ready', 'g 5.0']);
    expect(graces.told).toEqual(['ready', 'g 2.0', 'ready']);
    expect(hub.lines.join('')).toContain('could not be delivered');
  });

  it('still receives what was sent before the removal and is published after it', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const late = group.send('ada');
    group.remove('grace');
    await publish(late);
    await graces.until('g 3.0');
  });

  it('receives no row that shows what was sent after the removal', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const row = { ...group.row('grace'), read_seq: 2 };
    group.remove('grace');
    group.send('ada', { message: 'a secret' });
    // Another device marked the group as read, and this is published late: META is read after the removal.
    await publish({ kind: 'message_group', row });
    for (let times = 0; times < 2; times += 1)
      await publish({ kind: 'message_group', row, group: group.group });
    await settle(hub, group, adas);
    expect(graces.told).toEqual(['ready', 'g 2.0']);
    expect(hub.presented.filter(([{ kind }]) => kind === 'message_group')).toEqual([]);
  });

  it('can be the last listener: then the process leaves the channel', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'ada', 'grace');
    const graces = await hub.open('grace');
    expect(hub.channels).toContain(groupChannel('g'));
    await publishAll(hub.events, group.remove('grace'));
    await graces.until('g left');
    await eventually(() => !hub.channels.has(groupChannel('g')));
    expect(graces.told).toEqual(['ready', 'g left']);
  });

  it('is told to a stream that was opened between the two publications of the departure', async () => {
    const { hub, group, graces, publish } = await groupOfThree(newHub());
    const removal = group.remove('grace');
    await publish(...removal);
    await graces.until('g left');
    const young = await hub.open('grace');
    await publish(...removal);
    await young.until('g left');
    await publish(...removal);
    const more = hub.stored.create('h', 'grace');
    await publish({ kind: 'membership', userId: 'grace', groupId: more.groupId, seq: 1 });
    await young.until('h row of grace: joined 1, read 1 of Us');
    expect(graces.told.filter((told) => told === 'g left')).toHaveLength(1);
    expect(young.told.filter((told) => told === 'g left')).toHaveLength(1);
  });
});

describe('a new member', () => {
  it('receives the row, and then everything that is sent after it', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    const kays = await hub.open('kay');
    await publish(...group.add('kay'), group.send('ada'), group.send('kay'));
    await kays.until('g 4.0');
    await adas.until('g 4.0');
    expect(kays.told).toEqual(['ready', 'g row of kay: joined 2, read 2 of Us', 'g 2.0', 'g 3.0', 'g 4.0']);
  });

  it('receives the row only once the channel stands, when nobody else of the group is here', async () => {
    const events = new InProcessEvents();
    const standing = deferred<undefined>();
    const hub = newHub({ events: slowToStand(events, groupChannel('g'), standing.promise) });
    const group = hub.stored.create('g', 'ada');
    const kays = await hub.open('kay');
    expect(hub.channels).toEqual(new Set([userChannel('kay')]));
    await publishAll(hub.events, [...group.add('kay'), group.send('ada')]);
    await eventually(() => hub.channels.has(groupChannel('g')));
    // Whatever can happen without the slow channel has happened by then.
    await new Promise((resolve) => setImmediate(resolve));
    expect(kays.told).toEqual(['ready']);
    expect(hub.stored.reads).toMatchObject({ rows: 0, group: 0, change: 0 });
    standing.resolve(undefined);
    await kays.until('g row of kay: joined 2, read 2 of Us');
    // What is published from now on arrives. What came before is on the newest page, which the client fetches now.
    await publishAll(hub.events, [group.send('ada')]);
    await kays.until('g 4.0');
    expect(kays.told).toEqual(['ready', 'g row of kay: joined 2, read 2 of Us', 'g 4.0']);
  });

  it('receives the row before messages that wait, and none of these before it', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    const kays = await hub.open('kay');
    const held = deferred<undefined>();
    hub.stored.beforeRead = () => held.promise;
    await publish(group.send('ada'), group.send('ada'), ...group.add('kay'), group.send('ada'));
    held.resolve(undefined);
    await kays.until('g 5.0');
    expect(kays.told).toEqual(['ready', 'g row of kay: joined 4, read 4 of Us', 'g 4.0', 'g 5.0']);
    await adas.until('g 5.0');
    await graces.until('g 5.0');
  });

  it('receives the second publication of a message that came before the row', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    const kays = await hub.open('kay');
    const [row, message] = group.add('kay');
    // The API publishes the message, and dies before the row.
    await publish(message);
    await adas.until('g 2.0');
    await publish(row, message);
    await kays.until('g 2.0');
    expect(kays.told).toEqual(['ready', 'g row of kay: joined 2, read 2 of Us', 'g 2.0']);
    expect(adas.told).toEqual(['ready', 'g 2.0']);
  });
});

describe('a member who comes back', () => {
  it.each([
    ['in the order in which it happened', [0, 1, 2, 3]],
    ['with both events of the departure after those of the return', [2, 3, 0, 1]],
    ['with the departure repeated after the return', [0, 1, 2, 3, 0, 1]],
    ['with the row of the return repeated', [0, 1, 2, 3, 2, 3]],
    ['without any event of the departure', [2, 3]],
  ])('receives what is sent from then on: %s', async (_what, order) => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const all = [...group.remove('grace'), ...group.add('grace')];
    await publish(...order.flatMap((place) => all[place] ?? []));
    await settle(hub, group, adas, graces);
    expect(graces.told).not.toContain('g left');
    expect(graces.told).toContain('g row of grace: joined 4, read 4 of Us');
    expect(graces.told.at(-1)).toBe('g 5.0');
  });

  it('receives the departure, and the row after it, when both are read in their time', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const removal = group.remove('grace');
    await publish(...removal);
    await graces.until('g left');
    await publish(group.send('ada'));
    const back = group.add('grace');
    await publish(...back, removal[1], ...back, group.send('ada'));
    await graces.until('g 6.0');
    await adas.until('g 6.0');
    expect(graces.told.slice(2)).toEqual([
      'g left',
      'g row of grace: joined 5, read 5 of Us',
      'g 5.0',
      'g 6.0',
    ]);
  });

  it('receives no row of the membership that has ended', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const old = { kind: 'message_group', row: group.row('grace'), group: group.group } as const;
    group.remove('grace');
    await publish(...group.add('grace'), old);
    await settle(hub, group, adas, graces);
    expect(graces.told.filter((told) => told.includes('row'))).toEqual([
      'g row of grace: joined 4, read 4 of Us',
    ]);
  });

  it('is shown how far both logs go when they were no listener for a while, and were not shown that', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const [removal, departure] = group.remove('grace');
    // Her process finds that she is no member. That she left is published late.
    await publish(removal);
    await adas.until('g 3.0');
    const [membership, addition] = group.add('grace');
    await publish(addition);
    await adas.until('g 4.0');
    await publish(group.change(2, { message: 'changed while she did not listen' }));
    await adas.until('g 2.1');
    await publish(departure, membership, departure, group.send('ada'));
    await graces.until('g 5.0');
    expect(graces.told.slice(2)).toEqual(['g row of grace: joined 4, read 4 of Us', 'g change 1: ', 'g 5.0']);
  });

  it('is a listener again when an earlier event found them gone just before they came back', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    group.remove('grace');
    const [read, answered] = [deferred<undefined>(), deferred<undefined>()];
    hub.stored.afterRead = () => {
      read.resolve(undefined);
      return answered.promise;
    };
    await publish(group.send('ada'));
    await read.promise;
    // Her row is stored and published while the answer that she has none is on its way.
    await publish(...group.add('grace'));
    hub.stored.afterRead = () => undefined;
    answered.resolve(undefined);
    await settle(hub, group, adas, graces);
    expect(graces.told.slice(2)).toEqual(['g row of grace: joined 5, read 5 of Us', 'g 5.0', 'g 6.0']);
  });
});

describe('what concerns one listener alone', () => {
  it.each([
    ['a change of their membership', (group: StoredGroup) => group.add('kay')[0]],
    [
      'their row',
      (group: StoredGroup): Change => ({ kind: 'message_group', row: group.row('kay'), group: group.group }),
    ],
  ])('makes them alone fetch again when it cannot be delivered: %s', async (_what, eventOf) => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    group.add('kay');
    const kays = await hub.open('kay');
    hub.stored.beforeRead = () => {
      hub.stored.beforeRead = () => undefined;
      throw new Error('throttled');
    };
    await publish(eventOf(group));
    await eventually(() => kays.told.length === 2);
    await settle(hub, group, adas, kays);
    expect(kays.told.slice(0, 2)).toEqual(['ready', 'ready']);
    expect(adas.told.filter((told) => told === 'ready')).toHaveLength(1);
  });
});

describe('other events of a named group', () => {
  it('show a renamed group to each listener with their own row', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await publish(...group.add('kay'));
    const kays = await hub.open('kay');
    const before = hub.stored.reads.rows;
    await publish(...group.rename('Them'));
    await adas.until('g row of ada: joined 1, read 1 of Them');
    await graces.until('g row of grace: joined 1, read 1 of Them');
    await kays.until('g row of kay: joined 2, read 2 of Them');
    // The message of the rename verified Kay, and the rename read the rows of all three.
    expect(hub.stored.reads.rows - before).toBe(4);
    expect(adas.told).toEqual(['ready', 'g 2.0', 'g 3.0', 'g row of ada: joined 1, read 1 of Them']);
  });

  it('show typing to all but the user who types', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await publish(group.typing('ada'));
    await graces.until('g ada is typing');
    await settle(hub, group, adas, graces);
    expect(adas.told).toEqual(['ready', 'g 2.0']);
    expect(hub.presented).toHaveLength(2);
  });

  it('show a read mark to the devices of its user alone', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await publish({ kind: 'message_group', row: { ...group.row('ada'), read_seq: 7 }, group: group.group });
    await adas.until('g row of ada: joined 1, read 7 of Us');
    expect(hub.stored.reads).toMatchObject({ rows: 1, group: 0 });
    await settle(hub, group, adas, graces);
    expect(graces.told).toEqual(['ready', 'g 2.0']);
  });

  it('are ignored on a channel to which they are not published', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'ada');
    const adas = await hub.open('ada');
    const misplaced: Change = {
      kind: 'message',
      to: { userIds: ['ada'] },
      message: entry({ groupId: 'd', user_uuid: 'grace' }),
    };
    await publishAll(hub.events, [misplaced, group.send('grace')]);
    await adas.until('g 2.0');
    await adas.until('d 1.0');
    expect(adas.told).toHaveLength(3);
  });
});

describe('two processes', () => {
  it('each verify their own listeners, and deliver to them', async () => {
    const here = newHub();
    const there = newHub({ events: here.events, stored: here.stored });
    const group = here.stored.create('g', 'ada', 'grace');
    const streams = [await here.open('ada'), await there.open('ada'), await there.open('grace')];
    await publishAll(here.events, [group.send('linus')]);
    for (const stream of streams) await stream.until('g 2.0');
    expect(here.stored.reads.rows).toBe(3);
    await publishAll(here.events, group.remove('ada'));
    for (const stream of streams.slice(0, 2)) await stream.until('g left');
    await publishAll(there.events, [group.send('grace')]);
    await streams[2]?.until('g 4.0');
    expect(streams.map(({ told }) => told.at(-1))).toEqual(['g left', 'g left', 'g 4.0']);
  });
});
