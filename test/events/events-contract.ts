import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Change, StreamEvent } from '../../backend/events/changes.ts';
import type { LiveEvents } from '../../backend/events/live-events.ts';
import { eventually } from '../support/eventually.ts';
import { member, logEntry } from '../support/factories.ts';

/** Two sides that share their live events; for those of one process they are the same. */
export interface LiveUnderTest {
  readonly here: LiveEvents;
  readonly there: LiveEvents;
  close(): Promise<void>;
}

/** What live events promise, whatever carries them. */
export function describeLive(name: string, open: () => Promise<LiveUnderTest>): void {
  describe(name, () => {
    let live: LiveUnderTest;
    beforeAll(async () => {
      live = await open();
    });
    afterAll(() => live.close());

    let users = 0;
    const newUser = () => {
      users += 1;
      return `user-${users}`;
    };
    const listen = async (userId: string, at = live.there) => {
      const received: StreamEvent[] = [];
      const unsubscribe = at.events.subscribe(userId, (one) => void received.push(one));
      expect(received).toEqual([]);
      await eventually(() => received.length > 0);
      expect(received).toEqual([{ kind: 'ready' }]);
      return { received, unsubscribe };
    };

    it('tells each user what is theirs, in the order of publishing', async () => {
      const [ada, grace] = [newUser(), newUser()];
      const [adas, graces] = [await listen(ada), await listen(grace)];
      const message = logEntry({ groupId: 'g', seq: 1 });
      const rows = [ada, grace].map((userId) => member({ groupId: 'g', userId, deleted_seqs: new Set([3]) }));
      const changes: Change[] = [
        { kind: 'message', to: [ada, grace], message },
        { kind: 'message_group', rows },
        { kind: 'typing', to: [grace], groupId: 'g', userId: ada },
        { kind: 'message_group_left', to: [ada], groupId: 'g', seq: 2 },
      ];
      for (const change of changes) await live.here.events.publish(change);
      await eventually(() => adas.received.length === 4 && graces.received.length === 4);
      expect(adas.received.slice(1)).toEqual([
        { kind: 'message', message },
        { kind: 'message_group', row: rows[0] },
        { kind: 'message_group_left', groupId: 'g', seq: 2 },
      ]);
      expect(graces.received.slice(1)).toEqual([
        { kind: 'message', message },
        { kind: 'message_group', row: rows[1] },
        { kind: 'typing', groupId: 'g', userId: ada },
      ]);
      // Users with the same event get the same object.
      expect(adas.received[1]).toBe(graces.received[1]);
    });

    it('tells every subscriber of a user, and those who have gone nothing', async () => {
      const user = newUser();
      const [one, two] = [await listen(user), await listen(user)];
      one.unsubscribe();
      one.unsubscribe();
      await live.here.events.publish({ kind: 'typing', to: [user], groupId: 'g', userId: 'u' });
      await eventually(() => two.received.length === 2);
      expect(one.received).toHaveLength(1);
      two.unsubscribe();
      const again = await listen(user);
      await live.here.events.publish({ kind: 'typing', to: [user], groupId: 'h', userId: 'u' });
      await eventually(() => again.received.length === 2);
      expect(two.received).toHaveLength(2);
    });

    it('stands for who comes back at once', async () => {
      const user = newUser();
      for (let round = 0; round < 20; round += 1) {
        const first = live.there.events.subscribe(user, () => undefined);
        first();
        const { received, unsubscribe } = await listen(user);
        await live.here.events.publish({ kind: 'typing', to: [user], groupId: `g${round}`, userId: 'u' });
        await eventually(() => received.length === 2);
        unsubscribe();
      }
    });

    it('gives what was put to everybody, and forgets it in time', async () => {
      await live.here.expiringStore.put('key', 'value', 60_000);
      for (const { expiringStore } of [live.there, live.here, live.there])
        expect(await expiringStore.get('key')).toBe('value');
      await live.here.expiringStore.put('short', 'value', 30);
      await live.here.expiringStore.put('probe', 'value', 30);
      await eventually(() => live.there.expiringStore.claim('probe', 1));
      expect(await live.there.expiringStore.get('short')).toBeUndefined();
    });

    it('lets one claim a thing, until that is over', async () => {
      const claims = await Promise.all(
        [live.here, live.there, live.here].map(({ expiringStore }) => expiringStore.claim('thing', 50)),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await live.here.expiringStore.claim('another', 50)).toBe(true);
      await eventually(() => live.there.expiringStore.claim('thing', 50));
    });
  });
}
