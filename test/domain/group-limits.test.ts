import { beforeAll, describe, expect, it } from '@jest/globals';
import { createGroup } from '../../backend/domain/create-group.ts';
import { addMembers } from '../../backend/domain/manage-members.ts';
import type { Person } from '../../backend/domain/model.ts';
import { UnprocessableError } from '../../backend/errors.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { MAX_GROUPS, MAX_GROUPS_BY_OTHERS } from '../../schema/items.ts';
import { namedMemberItem, newGroupId } from '../support/factories.ts';
import { addPerson, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let wiring: Wiring;
let ada: Person;

beforeAll(async () => {
  wiring = db().newContext();
  ada = await personWith('ada', 0, 0);
  await personWith('grace', MAX_GROUPS_BY_OTHERS - 1, 0);
  await personWith('hedy', MAX_GROUPS_BY_OTHERS, 0);
  await personWith('alan', 0, MAX_GROUPS);
});

/** A user who is in so many groups, by others and by themselves. */
async function personWith(handle: string, byOthers: number, byThemselves: number): Promise<Person> {
  const userId = await addPerson(wiring, handle);
  const rows = upTo(byOthers + byThemselves).map((n) =>
    namedMemberItem({
      groupId: newGroupId(),
      userId,
      ...(n <= byOthers && { added_by: 'another' }),
    }),
  );
  await putItems(db().table, rows);
  return { userId, handle, display_name: handle };
}

const refusal = (...fields: string[]) => ({
  issues: fields.map((field) => ({ code: 'groups_full', field })),
});

describe('the number of named groups that a user is in', () => {
  it('refuses a new group of users whom others added to too many, and of users in too many, by their fields', async () => {
    const request = { creator: ada, name: 'Us', handles: ['grace', 'hedy', 'alan'] };
    const refused = createGroup(wiring, request);
    await expect(refused).rejects.toBeInstanceOf(UnprocessableError);
    await expect(refused).rejects.toMatchObject(refusal('handles.1', 'handles.2'));
  });

  it('lets others add a user up to the bound, and counts those groups alone', async () => {
    const { group } = await createGroup(wiring, { creator: ada, name: 'Us', handles: ['grace'] });
    const again = createGroup(wiring, { creator: ada, name: 'We', handles: ['grace'] });
    await expect(again).rejects.toMatchObject(refusal('handles.0'));
    const actor = { groupId: group.groupId, actor: ada };
    const added = addMembers(wiring, actor, ['hedy', 'grace'], (index) => `handles.${index}`);
    await expect(added).rejects.toMatchObject(refusal('handles.0'));
  });

  it('refuses a new group to a creator who is in too many', async () => {
    const alan = await wiring.profiles.findByHandle('alan', 'strong');
    const refused = createGroup(wiring, {
      creator: { userId: alan?.userId ?? '', handle: 'alan', display_name: 'alan' },
      name: 'Mine',
      handles: ['grace'],
    });
    await expect(refused).rejects.toMatchObject({
      issues: expect.arrayContaining([{ code: 'groups_full', field: 'name' }]) as unknown,
    });
  });
});
