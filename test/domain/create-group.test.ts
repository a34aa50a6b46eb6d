import { beforeAll, expect, it } from '@jest/globals';
import type { Wiring } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { addMembers, removeMember, updateGroup } from '../../backend/domain/manage-members.ts';
import type { Person } from '../../backend/domain/model.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { KeyReusedError, NotFoundError } from '../../backend/errors.ts';
import { expectCode } from '../support/answers.ts';
import { addPerson } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* An Idempotency-Key of a new group: which requests are repeats of the first one. */

const db = useTestTable();
let context: Wiring;
let people = 0;

beforeAll(() => {
  context = db().newContext();
});

async function newPerson(): Promise<Person> {
  people += 1;
  const handle = `person-${people}`;
  return { userId: await addPerson(context, handle, handle), handle, display_name: handle };
}

it('a group is found by its key for the same request alone, however the group has changed since', async () => {
  const [ada, grace] = [await newPerson(), await newPerson()];
  const [barbara, kay] = [await newPerson(), await newPerson()];
  const request = { creator: ada, name: 'Once', handles: [grace.handle, barbara.handle], clientKey: 'k' };
  const { group } = await createGroup(context, request);
  const place = { groupId: group.groupId, actor: ada };
  const expectSame = async () => {
    for (const handles of [
      request.handles,
      [barbara.handle, grace.handle],
      [grace.handle, barbara.handle, grace.handle],
      [ada.handle, ...request.handles],
    ]) {
      const again = await createGroup(context, { ...request, handles });
      expect(again.group).toEqual(await context.groups.find(place.groupId));
      expect(again.own).toEqual(await context.members.find(place.groupId, ada.userId));
    }
    for (const other of [
      { handles: [kay.handle] },
      { handles: [grace.handle] },
      { handles: [...request.handles, kay.handle] },
      { name: 'Looms' },
    ]) {
      await expect(createGroup(context, { ...request, ...other })).rejects.toThrow(KeyReusedError);
    }
  };
  await expectSame();
  await updateGroup(context, place, { name: 'Looms' });
  await removeMember(context, place, grace.handle);
  await addMembers(context, place, [kay.handle], () => 'handle');
  await expectSame();
  await removeMember(context, place, ada.handle);
  await expect(createGroup(context, request)).rejects.toThrow(NotFoundError);
});

it('a group is found by its key though a member has another handle now, or another user has theirs', async () => {
  const [ada, grace, kay] = [await newPerson(), await newPerson(), await newPerson()];
  const request = { creator: ada, name: 'Once', handles: [grace.handle], clientKey: 'k' };
  const { group } = await createGroup(context, request);
  await saveProfile(db().newContext(), grace.userId, { handle: `${grace.handle}-2`, display_name: 'Grace' });
  expect((await createGroup(context, request)).group).toEqual(group);
  // Without an earlier request there is nothing to find.
  await expectCode(createGroup(context, { ...request, clientKey: 'l' }), 'handle_unknown');
  await expectCode(createGroup(context, { ...request, name: 'Other' }), 'handle_unknown');
  await saveProfile(db().newContext(), kay.userId, { handle: grace.handle, display_name: 'Kay' });
  expect((await createGroup(context, request)).group).toEqual(group);
});
