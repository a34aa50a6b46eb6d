import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { groupOf, memberOf } from '../../backend/table/items.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { readGroup } from '../../backend/domain/read-group.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { newGroupId, newUserId } from '../support/factories.ts';
import { addGroup, addPerson, deleteItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
/** Two processes on one table. */
let here: Wiring;
let there: Wiring;
beforeAll(() => {
  here = db().newContext();
  there = db().newContext();
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('a name', () => {
  it('that another process changed is seen after ten seconds at the latest', async () => {
    const userId = await addPerson(there, 'name.before', 'Before');
    const shown = async () => (await here.names.read([userId])).person(userId).display_name;
    expect(await shown()).toBe('Before');
    await saveProfile(there, userId, { handle: 'name.after', display_name: 'After' });
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + 10_100);
    expect(await shown()).toBe('After');
  });

  it('of a user without a profile is one that no user can have', async () => {
    const userId = newUserId();
    const names = await here.names.read([userId]);
    expect(names.hasPerson(userId)).toBe(false);
    expect(names.person(userId).handle).toMatch(/^[^a-z0-9]/);
  });
});

describe('a group', () => {
  it('is shown to a member with all its members', async () => {
    const [ada, grace] = [await addPerson(here, 'ada', 'Ada'), await addPerson(here, 'grace', 'Grace')];
    const { groupId, group, members } = await addGroup(db().table, {
      userIds: [ada, grace],
      name: 'Compilers',
    });
    const view = await readGroup(there, groupId, grace);
    expect(view.entry.group).toEqual(groupOf(group));
    expect(view.entry.row).toEqual(members.map(memberOf).find(({ userId }) => userId === grace));
    expect(view.members.map((row) => row.userId).sort()).toEqual([ada, grace].sort());
    expect([ada, grace].map((userId) => view.names.person(userId).handle)).toEqual(['ada', 'grace']);
  });

  it('is not shown to other users, exactly as if there were none', async () => {
    const { groupId } = await addGroup(db().table, { userIds: ['ada'] });
    for (const id of [groupId, newGroupId()]) {
      await expect(readGroup(here, id, 'kay')).rejects.toThrow(NotFoundError);
    }
  });

  it('is not shown any more to a removed member, though it was a moment ago', async () => {
    const { groupId, members } = await addGroup(db().table, { userIds: ['ada', 'grace'] });
    await readGroup(here, groupId, 'grace');
    const [, grace] = members;
    if (grace) await deleteItem(db().table, grace);
    await expect(readGroup(here, groupId, 'grace')).rejects.toThrow(NotFoundError);
  });
});
