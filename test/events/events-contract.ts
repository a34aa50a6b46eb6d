import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Change,
  type Channel,
  groupChannel,
  type ChannelEvent,
  userChannel,
} from '../../backend/events/changes.ts';
import type { LiveEvents } from '../../backend/events/in-process-live-events.ts';
import { eventually } from '../support/eventually.ts';
import { directRow, entry, namedRow } from './scene.ts';

/** Two sides that share their live events; for those of one process they are the same. */
export interface LiveUnderTest {
  readonly here: LiveEvents;
  readonly there: LiveEvents;
  close(): Promise<void>;
}

/** What live events promise, with each transport. */
export function describeLive(name: string, open: () => Promise<LiveUnderTest>): void {
  describe(name, () => {
    let live: LiveUnderTest;
    beforeAll(async () => {
      live = await open();
    });
    afterAll(() => live.close());

    let channels = 0;
    const newId = () => {
      channels += 1;
      return `id-${channels}`;
    };
    const listen = async (channel: Channel) => {
      const received: ChannelEvent[] = [];
      const unsubscribe = live.there.events.subscribe(channel, (one) => void received.push(one));
      expect(received).toEqual([]);
      await eventually(() => received.length > 0);
      expect(received).toEqual([{ kind: 'ready' }]);
      return { received, unsubscribe };
    };
    const typing = (userId: string, groupId: string): Change => ({
      kind: 'typing',
      to: { userIds: [userId] },
      groupId,
      userId: 'another',
    });

    it('carry each change to its channels, in the order of publishing', async () => {
      const [ada, grace, groupId] = [newId(), newId(), newId()];
      const [adas, graces] = [await listen(userChannel(ada)), await listen(userChannel(grace))];
      const groups = await listen(groupChannel(groupId));
      const both = { userIds: [ada, grace] };
      const members = { groupId, membershipSeq: 1 };
      const direct: Change = { kind: 'message', to: both, message: entry() };
      const typingDirectly: Change = { kind: 'typing', to: both, groupId: 'd', userId: ada };
      const directRows: Change = { kind: 'message_group', row: directRow(grace, ada) };
      const joined: Change = { kind: 'message_group', row: namedRow(ada, { groupId }) };
      const message: Change = { kind: 'message', to: members, message: entry({ groupId }) };
      const versions: Change = { kind: 'versions', to: members, groupId, versions: [{ seq: 1, rev: 0 }] };
      const reacted: Change = { kind: 'reactions', to: members, groupId, seqs: [1, 2] };
      const pinned: Change = { kind: 'pins', to: both, groupId: 'd' };
      const changed: Change = { kind: 'change', to: members, groupId, change: 1, seqs: [1] };
      const typingThere: Change = { kind: 'typing', to: members, groupId, userId: ada };
      const renamed: Change = { kind: 'group', groupId, seq: 2 };
      const left: Change = { kind: 'membership', userId: ada, groupId, seq: 2 };
      const inGroup = [message, versions, reacted, changed, typingThere, renamed];
      const all = [direct, pinned, typingDirectly, directRows, joined, ...inGroup, left];
      for (const change of all) await live.here.events.publish(change);
      await eventually(() => adas.received.length >= 5 && graces.received.length >= 5);
      await eventually(() => groups.received.length > inGroup.length);
      expect(adas.received.slice(1)).toEqual([direct, pinned, joined, left]);
      // A user does not receive that they type themselves. In a group, each process leaves them out.
      expect(graces.received.slice(1)).toEqual([direct, pinned, typingDirectly, directRows]);
      expect(groups.received.slice(1)).toEqual(inGroup);
    });

    it('carry a change to every subscriber of a channel, and nothing to one that has unsubscribed', async () => {
      const user = newId();
      const [one, two] = [await listen(userChannel(user)), await listen(userChannel(user))];
      one.unsubscribe();
      one.unsubscribe();
      await live.here.events.publish(typing(user, 'g'));
      await eventually(() => two.received.length === 2);
      expect(one.received).toHaveLength(1);
      two.unsubscribe();
      const again = await listen(userChannel(user));
      await live.here.events.publish(typing(user, 'h'));
      await eventually(() => again.received.length === 2);
      expect(two.received).toHaveLength(2);
    });

    it('carry changes to a subscriber who unsubscribed and subscribed again at once', async () => {
      const channel = groupChannel(newId());
      for (let round = 0; round < 20; round += 1) {
        const first = live.there.events.subscribe(channel, () => undefined);
        first();
        const { received, unsubscribe } = await listen(channel);
        const groupId = channel.replace('group:', '');
        await live.here.events.publish({ kind: 'group', groupId, seq: round + 1 });
        await eventually(() => received.length === 2);
        unsubscribe();
      }
    });

    it('store a value for all processes until it expires', async () => {
      await live.here.expiringStore.put('key', 'value', 60_000);
      for (const { expiringStore } of [live.there, live.here, live.there])
        expect(await expiringStore.get('key')).toBe('value');
      await live.here.expiringStore.put('short', 'value', 30);
      await live.here.expiringStore.put('probe', 'value', 30);
      await eventually(() => live.there.expiringStore.claim('probe', 1));
      expect(await live.there.expiringStore.get('short')).toBeUndefined();
    });

    it('let one process claim a key until the claim expires', async () => {
      const claims = await Promise.all(
        [live.here, live.there, live.here].map(({ expiringStore }) => expiringStore.claim('thing', 50)),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await live.here.expiringStore.claim('another', 50)).toBe(true);
      await eventually(() => live.there.expiringStore.claim('thing', 50));
    });
  });
}
