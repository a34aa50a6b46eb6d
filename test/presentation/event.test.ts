import { describe, expect, it } from '@jest/globals';
import { wire } from '../../backend/wiring.ts';
import { eventPresenter } from '../../backend/presentation/event.ts';
import { directRow, entry, namedGroup, namedRow } from '../events/scene.ts';
import { newGroupId } from '../support/factories.ts';
import { addPerson } from '../support/scene.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();

/** What a user sees of a change. */
async function shown(...[change, viewerId]: Parameters<ReturnType<typeof eventPresenter>>): Promise<unknown> {
  return JSON.parse(await eventPresenter(db().newContext())(change, viewerId));
}

describe('a presenter of events', () => {
  it('shows the client key of a message to its author alone', async () => {
    const change = { kind: 'message', message: entry({ user_uuid: 'ada', client_key: 'k' }) } as const;
    expect(await shown(change, 'ada')).toHaveProperty('client_key', 'k');
    expect(await shown(change, 'grace')).not.toHaveProperty('client_key');
    expect(await shown(change)).not.toHaveProperty('client_key');
  });

  it('reads the same names once for all who need them at the same moment', async () => {
    const flaky = await startFlakyEngine(db().endpoint);
    try {
      const present = eventPresenter(wire({ table: db().through(flaky.endpoint) }));
      const preview = { type: 'member_left', new_owner: 'linus', prev: 1 } as const;
      const group = namedGroup({ groupId: newGroupId(), preview, last_kind: 'system' });
      const rows = Array.from({ length: 98 }, (_, place) => namedRow(`user-${place}`, { ...group }));
      await Promise.all(rows.map((row) => present({ kind: 'message_group', row, group })));
      expect(flaky.count('BatchGetItem')).toBe(1);
    } finally {
      await flaky.close();
    }
  });

  it('shows people in a system message by their names', async () => {
    const context = db().newContext();
    const [ada, grace] = [await addPerson(context, 'ada'), await addPerson(context, 'grace')];
    const event = { type: 'members_added', user_uuids: [grace], prev: 1 } as const;
    const message = entry({ user_uuid: ada, kind: 'system', message: null, event });
    const told = await shown({ kind: 'message', message });
    expect(told).toMatchObject({ handle: 'ada', event: { type: 'members_added' } });
    expect(JSON.stringify(told)).toContain('"handle":"grace"');
  });

  it('shows a named group with its summary, and the unread count of the row', async () => {
    const groupId = newGroupId();
    const group = namedGroup({ groupId, last_seq: 9, last_n: 7, preview: 'Hello' });
    const row = namedRow('grace', { groupId, read_seq: 4, read_n: 3 });
    expect(await shown({ kind: 'message_group', row, group })).toMatchObject({
      uuid: groupId,
      kind: 'group',
      name: 'Us',
      message: 'Hello',
      last_seq: 9,
      read_seq: 4,
      unread_count: 4,
      member_count: 2,
    });
  });

  it('shows a direct group by the other user', async () => {
    const context = db().newContext();
    const kay = await addPerson(context, 'kay');
    expect(await shown({ kind: 'message_group', row: directRow('grace', kay) })).toMatchObject({
      kind: 'direct',
      handle: 'kay',
      message: 'text 1',
      unread_count: 1,
    });
  });

  it('shows who types by their handle, and a departure by the group alone', async () => {
    const context = db().newContext();
    const alan = await addPerson(context, 'alan');
    expect(await shown({ kind: 'typing', groupId: 'g', userId: alan })).toEqual({
      message_group_uuid: 'g',
      user_uuid: alan,
      handle: 'alan',
    });
    const left = { kind: 'message_group_left', groupId: 'g' } as const;
    expect(await shown(left)).toEqual({ uuid: 'g' });
  });

  it('shows an entry of the change log by its number and the seqs', async () => {
    const change = { kind: 'change', groupId: 'g', change: 7, seqs: [2, 3] } as const;
    expect(await shown(change)).toEqual({ message_group_uuid: 'g', change: 7, seqs: [2, 3] });
  });
});
