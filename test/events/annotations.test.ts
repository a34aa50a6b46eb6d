import { describe, expect, it } from '@jest/globals';
import { groupOfThree, settle, useHubs } from './hub.ts';

/* Reactions and pins of a named group: they have no version, and are read again for each publication. */

const TO = { groupId: 'g', membershipSeq: 1 };

const newHub = useHubs();

describe('the reactions to a message of a named group', () => {
  it('are delivered as they are by then, before the change that names the message', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    const published = group.react(1, 'ada');
    group.react(1, 'ada', 'grace');
    await publish(published, { kind: 'change', to: TO, groupId: 'g', change: 1, seqs: [1] });
    for (const stream of [adas, graces]) {
      await stream.until('g change 1: 1');
      expect(stream.told).toEqual(['ready', 'g 1 has 👍 ada grace', 'g change 1: 1']);
    }
    // One text for all of them.
    expect(hub.presented.filter(([{ kind }]) => kind === 'reactions')).toHaveLength(1);
  });

  it('are not delivered for a message that does not exist', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    await publish(group.react(9, 'ada'));
    await settle(hub, group, adas);
    expect(adas.told).toEqual(['ready', 'g 2.0']);
  });

  it('are not delivered to a member who was removed before they are read, though all events of it are lost', async () => {
    const { hub, group, adas, graces, publish } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    const published = group.react(2, 'ada');
    hub.stored.afterRead = (read) => {
      hub.stored.afterRead = () => undefined;
      expect(read).toBe('messages');
      // Between the read of the reactions and that of META.
      group.remove('grace');
    };
    await publish(published);
    await adas.until('g 2 has 👍 ada');
    expect(graces.told).toEqual(['ready', 'g 2.0']);
  });

  it('cost no read where nobody listens', async () => {
    const { group, adas, graces, publish, reads, hub } = await groupOfThree(newHub());
    await settle(hub, group, adas, graces);
    adas.close();
    graces.close();
    const before = { ...reads };
    await publish(group.react(1, 'ada'));
    expect(reads).toEqual(before);
  });

  it('are read again for each publication, and pins too', async () => {
    const { hub, group, adas, publish } = await groupOfThree(newHub());
    await publish(group.pin(1), group.react(1, 'ada'), group.pin(3), group.react(1));
    await settle(hub, group, adas);
    expect(adas.told).toEqual(['ready', 'g pins 1 3', 'g 1 has ', 'g pins 1 3', 'g 1 has ', 'g 2.0']);
  });
});
