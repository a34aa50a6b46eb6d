import { describe, expect, it } from '@jest/globals';
import type { ChangeOf } from '../../backend/events/changes.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { groupOfThree, settle, useHubs } from './hub.ts';
import { publishAll } from './scene.ts';

/* What is delivered of a named group's events: what the stream publishes again, and what waits until it is written. */

const TO = { groupId: 'g', membershipSeq: 1 };

const newHub = useHubs();

describe('what the stream publishes again', () => {
  it('is dropped where it was delivered, without any read', async () => {
    const { hub, group, adas, graces, publish, reads } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const before = { ...reads };
    await publish(group.versions(2), { kind: 'change', to: TO, groupId: 'g', change: 1, seqs: [2] });
    await adas.until('g change 1: 2');
    expect(adas.told).toEqual(['ready', 'g 2.0', 'g change 1: 2']);
    expect(reads).toEqual(before);
  });

  it('is read as it is by then, where the first publication was lost', async () => {
    const { group, adas, publish, reads } = await groupOfThree(newHub());
    for (const author of ['ada', 'linus', 'ada']) group.send(author);
    const published = group.versions(2, 3, 4);
    group.change(3, { message: 'changed' });
    await publish(published);
    await adas.until('g 4.0');
    expect(adas.told).toEqual(['ready', 'g 2.0', 'g 3.1', 'g 4.0']);
    expect(reads.messages).toBe(3);
  });

  it('does not reach a member who was removed before it was edited', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    group.send('linus');
    const published = group.versions(3);
    // All that the API published of these is lost.
    group.remove('grace');
    group.change(3, { message: 'not for Grace' });
    await publish(published);
    await adas.until('g 3.1');
    await settle(hub, group, adas);
    expect(graces.told).toEqual(['ready', 'g 2.0']);
  });

  it('never has a text that was deleted meanwhile', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    group.send('linus', { message: 'a secret' });
    const published = group.versions(2);
    group.delete(2);
    await publish(published);
    await adas.until('g 2.1');
    await graces.until('g 2.1');
    expect(JSON.stringify(hub.presented)).not.toContain('a secret');
  });

  it('drops a text that still waits when the deletion arrives', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    const held = deferred<undefined>();
    hub.stored.beforeRead = () => held.promise;
    await publish(group.send('linus'), group.send('linus', { message: 'a secret' }), group.delete(3));
    held.resolve(undefined);
    await adas.until('g 3.1');
    expect(adas.told).toEqual(['ready', 'g 2.0', 'g 3.1']);
    expect(JSON.stringify(hub.presented)).not.toContain('a secret');
  });

  it('is read by a process where a new member came in between, and reaches the new member alone', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    const kays = await hub.open('kay');
    const [membership, message] = group.add('kay');
    // The API publishes the message, and dies before the membership.
    await publish(message);
    await adas.until('g 2.0');
    await publish(membership, group.versions(2), group.send('ada'));
    await kays.until('g 3.0');
    expect(kays.told).toEqual(['ready', 'g row of kay: joined 2, read 2 of Us', 'g 2.0', 'g 3.0']);
    expect(adas.told).toEqual(['ready', 'g 2.0', 'g 3.0']);
  });

  it('shows a name once, and of several names in a row the last one', async () => {
    const { hub, group, adas, graces, publish, reads } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const held = deferred<undefined>();
    hub.stored.beforeRead = () => held.promise;
    const renames = ['One', 'Two', 'Three', 'Four'].map((name) => group.rename(name));
    await publish(...renames.flat());
    held.resolve(undefined);
    await adas.until('g row of ada: joined 1, read 1 of Four');
    const last = renames.at(-1)?.[1];
    if (last) await publish(last);
    await settle(hub, group, adas, graces);
    expect(adas.told.filter((told) => told.includes('row of'))).toEqual([
      'g row of ada: joined 1, read 1 of Four',
    ]);
    expect(reads.group).toBe(1);
  });
});

describe('a text that waits when its deletion arrives', () => {
  it.each(['direct', 'named'])('for `ready` is not written any more: %s group', async (kind) => {
    const { hub, group, adas } = await groupOfThree(newHub());
    const held = deferred<undefined>();
    hub.stored.afterRead = (read) => (read === 'namedRows' ? held.promise : undefined);
    hub.reconnect();
    const publish = (change: ChangeOf<'message'>) =>
      hub.events.publish(kind === 'named' ? change : { ...change, to: { userIds: ['ada'] } });
    await publish(group.send('linus', { message: 'a secret' }));
    await eventually(() => hub.presented.length === 1);
    await publish(group.delete(2));
    await eventually(() => hub.presented.length === 2);
    expect(adas.told).toEqual(['ready']);
    held.resolve(undefined);
    await adas.until('g 2.1');
    expect(adas.told).toEqual(['ready', 'ready', 'g 2.1']);
  });

  it('for its turn to be written is not written any more', async () => {
    const hub = newHub();
    const names = Array.from({ length: 600 }, (_, place) => `user-${place}`);
    const group = hub.stored.create('g', ...names);
    const streams = await Promise.all(names.map((name) => hub.open(name)));
    await settle(hub, group, ...streams);
    // While the first of them is written the text, its deletion arrives.
    const early = hub.openUnready('user-0', (text) => {
      if (text.includes('g 3.0')) void hub.events.publish(group.delete(3));
    });
    await hub.events.publish(group.send('linus', { message: 'a secret' }));
    for (const stream of [early, ...streams]) await stream.until('g 3.1');
    expect(early.told).toEqual(['ready', 'g 3.0', 'g 3.1']);
    expect(streams.at(-1)?.told).toEqual(['ready', 'g 2.0', 'g 3.1']);
  });
});

describe('a group with thousands of listeners', () => {
  it('is written to in turns of the event loop, each listener gets everything in its order, and other work goes on', async () => {
    const hub = newHub();
    const names = Array.from({ length: 2_000 }, (_, place) => `user-${place}`);
    const group = hub.stored.create('g', ...names);
    const streams = await Promise.all(names.map((name) => hub.open(name)));
    await settle(hub, group, ...streams);
    const sent = Array.from({ length: 20 }, () => group.send('linus'));
    const writesBefore = streams.map(({ texts }) => texts.length);
    await publishAll(hub.events, sent);
    let turns = 0;
    while (!streams.every(({ told }) => told.at(-1) === 'g 22.0')) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(turns).toBeGreaterThan(5);
    const told = sent.map(({ message }) => `g ${message.seq}.0`);
    for (const stream of streams) expect(stream.told.slice(-20)).toEqual(told);
    // What came while others were written to was written together.
    const last = streams.at(-1);
    expect((last?.texts.length ?? 0) - (writesBefore.at(-1) ?? 0)).toBeLessThan(20);
  });
});
