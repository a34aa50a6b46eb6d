import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Change, type ChangeOf, groupChannel, userChannel } from '../../backend/events/changes.ts';
import { InProcessEvents } from '../../backend/events/in-process-events.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { groupOfThree, inWords, settle, slowToStand, useHubs } from './hub.ts';
import { namedRow, type StoredGroup } from './scene.ts';

/* What comes between the moments of one delivery: its publication, its reads and their answers. */

const newHub = useHubs();

describe('a change of members', () => {
  it('that was followed says which membership a read mark is of', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const old = { ...group.row('grace'), read_seq: 2 };
    group.remove('grace');
    const [, addition] = group.add('grace');
    // Of both changes only the message about the second one arrives.
    await publish(addition);
    const row = { ...group.row('grace'), read_seq: 4 };
    await publish({ kind: 'message_group', row: old, group: group.group });
    await publish({ kind: 'message_group', row, group: group.group });
    await settle(hub, group, adas, graces);
    expect(graces.told).toEqual([
      'ready',
      'g 2.0',
      'g 4.0',
      'g row of grace: joined 4, read 4 of Us',
      'g 5.0',
    ]);
  });

  it('that is older than the row which was read changes nothing', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    const late = group.send('ada');
    const [removal] = group.remove('grace');
    group.add('grace');
    // Grace is verified by the row of her second membership, and only then the end of the first one arrives.
    await publish(late, removal);
    await settle(hub, group, adas, graces);
    expect(graces.told).toEqual(['ready', 'g 2.0', 'g 3.0', 'g 5.0']);
  });

  it('that was followed counts no more than a later one of the same user', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    group.remove('grace');
    group.add('grace');
    const [removal] = group.remove('grace');
    await publish(removal);
    await settle(hub, group, adas);
    expect(graces.told).toEqual(['ready', 'g 2.0']);
  });

  it('that names itself as the one before, in a damaged log, makes the rows of the listeners be read', async () => {
    const { hub, group, adas, graces, publish, reads } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const [, addition] = group.add('kay');
    const { message } = addition;
    const event = { type: 'members_added', user_uuids: ['kay'], prev: message.seq } as const;
    await publish({ ...addition, message: { ...message, event } });
    for (const stream of [adas, graces]) await stream.until('g 3.0');
    expect(reads).toMatchObject({ rows: 4, messages: 0 });
  });

  it('shows no group as it is after a removal that comes while the group is read', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    const [membership] = group.add('kay');
    const kays = await hub.open('kay');
    hub.stored.beforeRead = (read) => {
      if (read !== 'group') return;
      hub.stored.beforeRead = () => undefined;
      group.remove('kay');
      group.rename('Without Kay');
    };
    await publish(membership);
    await kays.until('g left');
    await settle(hub, group, adas, graces);
    expect(kays.told).toEqual(['ready', 'g left']);
  });

  it('that finds no row leaves the listener alone who came back meanwhile', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    group.remove('grace');
    const [read, answered] = [deferred<undefined>(), deferred<undefined>()];
    hub.stored.afterRead = (what) => {
      if (what !== 'rows') return undefined;
      read.resolve(undefined);
      return answered.promise;
    };
    // It is the first event, so the rows of its listeners are read.
    await publish(group.send('ada'));
    await read.promise;
    graces.close();
    group.add('grace');
    const back = await hub.open('grace');
    hub.stored.afterRead = () => undefined;
    answered.resolve(undefined);
    await settle(hub, group, adas, back);
    expect(back.told).toEqual(['ready', 'g 5.0']);
  });

  it('makes a new member fetch again, and a listener, though its event is dropped with others', async () => {
    const held = deferred<undefined>();
    const hub = newHub({ present: async (event) => held.promise.then(() => inWords(event)) });
    const { group, publish } = await groupOfThree(hub);
    const kays = await hub.open('kay');
    const [membership, addition] = group.add('kay');
    await publish(group.typing('linus'), membership, addition);
    for (let count = 0; count < 1_005; count += 1) await publish(group.typing('linus'));
    expect(hub.lines.join('')).toMatch(/dropped/);
    held.resolve(undefined);
    await eventually(() => kays.told.filter((told) => told === 'ready').length === 2);
    await settle(hub, group, kays);
    expect(kays.told.slice(0, 2)).toEqual(['ready', 'ready']);
  });

  it('adds no listener whose last stream was closed while it waited', async () => {
    const hub = newHub();
    const group = hub.stored.create('g', 'ada');
    const kays = await hub.open('kay');
    const [read, answered] = [deferred<undefined>(), deferred<undefined>()];
    hub.stored.afterRead = () => {
      read.resolve(undefined);
      return answered.promise;
    };
    const [membership, addition] = group.add('kay');
    for (const change of [membership, addition, membership]) await hub.events.publish(change);
    await read.promise;
    kays.close();
    hub.stored.afterRead = () => undefined;
    answered.resolve(undefined);
    // Whatever waits is delivered by then.
    await turn();
    expect(hub.channels.size).toBe(0);
    const again = await hub.open('kay');
    await settle(hub, group, again);
    expect(again.told).toEqual(['ready', 'g 3.0']);
  });
});

describe('a listener who is no member', () => {
  it('is read once for all messages of a publication', async () => {
    const { hub, group, adas, publish, reads } = await groupOfThree(newHub());
    // The index still has a member who was removed.
    const rows = hub.stored.members.namedRows.bind(hub.stored.members);
    hub.stored.members.namedRows = (userId) =>
      userId === 'kay' ? Promise.resolve([namedRow('kay', { groupId: 'g' })]) : rows(userId);
    const kays = await hub.open('kay');
    for (let count = 0; count < 3; count += 1) group.send('linus');
    await publish(group.versions(2, 3, 4));
    await adas.until('g 4.0');
    expect(reads.rows).toBe(3);
    expect(kays.told).toEqual(['ready']);
  });

  it.each([
    ['typing', (group: StoredGroup) => group.typing('linus')],
    ['a number of the change log', (group: StoredGroup) => group.logged(1, 2)],
    ['reactions', (group: StoredGroup) => group.react(2, 'linus')],
    ['pins', (group: StoredGroup) => group.pin(2)],
  ])('receives nothing after their removal, of which nothing arrived: %s', async (_what, eventOf) => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    group.remove('grace');
    await publish(eventOf(group));
    await settle(hub, group, adas);
    expect(adas.told).toHaveLength(4);
    expect(graces.told).toEqual(['ready', 'g 2.0']);
  });

  it('is not shown a name that was given after their removal', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const [, named] = group.rename('One');
    let reads = 0;
    hub.stored.beforeRead = () => {
      reads += 1;
      if (reads !== 2) return;
      group.remove('grace');
      group.rename('Without Grace');
    };
    await publish(named);
    await adas.until('g row of ada: joined 1, read 1 of One');
    hub.stored.beforeRead = () => undefined;
    await settle(hub, group, adas);
    expect(graces.told).toEqual(['ready', 'g 2.0']);
    expect(hub.lines).toEqual([]);
  });
});

describe('a text that waits behind another event', () => {
  it.each([
    ['direct', 'message'],
    ['direct', 'versions'],
    ['named', 'message'],
    ['named', 'versions'],
  ] as const)('is dropped when its deletion is published: %s group, as %s', async (kind, as) => {
    const held = deferred<string>();
    const hub = newHub({
      present: (change) => (change.kind === 'typing' ? held.promise : Promise.resolve(inWords(change))),
    });
    const { group, adas } = await groupOfThree(hub);
    const publish = (change: Extract<Change, { readonly to: unknown }>) =>
      hub.events.publish(kind === 'named' ? change : { ...change, to: { userIds: ['ada'] } });
    await publish(group.typing('linus'));
    await publish(group.send('linus', { message: 'a secret' }));
    const deleted: ChangeOf<'message'> = group.delete(2);
    await publish(as === 'message' ? deleted : group.versions(2));
    held.resolve('typing');
    await adas.until('g 2.1');
    expect(adas.told).toEqual(['ready', 'typing', 'g 2.1']);
    expect(JSON.stringify(hub.presented)).not.toContain('a secret');
  });
});

describe('`ready`', () => {
  it('is not written for an earlier connection whose channels stand only now', async () => {
    const standing = deferred<undefined>();
    const events = slowToStand(new InProcessEvents(), groupChannel('g'), standing.promise);
    const hub = newHub({ events });
    hub.stored.create('g', 'ada');
    const adas = hub.openUnready('ada');
    await eventually(() => hub.channels.has(groupChannel('g')));
    // The connection was lost and is there again. The rows are read once more, and by then all channels stand.
    const rows = deferred<undefined>();
    hub.stored.afterRead = () => rows.promise;
    hub.reconnect();
    await turn();
    expect(adas.told).toEqual([]);
    rows.resolve(undefined);
    await adas.until('ready');
    expect(adas.told).toEqual(['ready']);
  });
});

describe('a channel', () => {
  it('that is left while it delivers is the same one for who comes then', async () => {
    const held = deferred<undefined>();
    const hub = newHub({ present: async (event) => held.promise.then(() => inWords(event)) });
    const group = hub.stored.create('g', 'ada');
    const adas = await hub.open('ada');
    await hub.events.publish(group.send('linus'));
    await eventually(() => hub.presented.length === 1);
    adas.close();
    const back = await hub.open('ada');
    held.resolve(undefined);
    await settle(hub, group, back);
    expect(back.told).toEqual(['ready', 'g 3.0']);
    back.close();
    expect(hub.channels.size).toBe(0);
  });

  it('that is left before it stands holds up no `ready`', async () => {
    const events = slowToStand(new InProcessEvents(), groupChannel('g'), new Promise(() => undefined));
    const hub = newHub({ events });
    const group = hub.stored.create('g', 'ada');
    const adas = hub.openUnready('ada');
    await eventually(() => hub.channels.has(groupChannel('g')));
    const row = group.row('ada');
    group.remove('ada');
    // What her other device publishes late shows that she is no member any more.
    await hub.events.publish({ kind: 'message_group', row, group: group.group });
    await adas.until('ready');
    expect(hub.channels).toEqual(new Set([userChannel('ada')]));
  });
});

describe('a new direct group', () => {
  it('is shown once, and its row is read once, though it is published twice', async () => {
    const hub = newHub();
    hub.stored.create('4d', 'ada');
    const adas = await hub.open('ada');
    const opened = { kind: 'membership', userId: 'ada', groupId: '4d', seq: 1 } as const;
    await hub.events.publish(opened);
    await adas.until('4d row of ada: joined 1, read 1');
    await hub.events.publish(opened);
    await hub.events.publish({ kind: 'typing', to: { userIds: ['ada'] }, groupId: '4d', userId: 'grace' });
    await adas.until('4d grace is typing');
    expect(adas.told).toEqual(['ready', '4d row of ada: joined 1, read 1', '4d grace is typing']);
    expect(hub.stored.reads.rows).toBe(1);
  });
});
