import { beforeAll, describe, expect, it } from '@jest/globals';
import { saveProfile } from '../../backend/domain/people.ts';
import { findMembers } from '../../backend/domain/read-group.ts';
import { BadRequestError, NotFoundError } from '../../backend/errors.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { encodeCursor } from '../../schema/cursors.ts';
import { memberKey } from '../../schema/keys.ts';
import { addDirectGroup, addGroup, addPerson, deleteItem, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let context: Wiring;
let groupId: string;
let me: string;
const ids = new Map<string, string>();
/** Every third user of this prefix is a member. */
const HANDLES = upTo(12).map((n) => `gr${String(n).padStart(2, '0')}`);
const MEMBERS = HANDLES.filter((_, place) => place % 3 === 2);

beforeAll(async () => {
  context = db().newContext();
  me = await addPerson(context, 'ada');
  for (const handle of HANDLES) ids.set(handle, await addPerson(context, handle, handle.toUpperCase()));
  const userIds = [me, ...MEMBERS.map(idOf)];
  ({ groupId } = await addGroup(db().table, { userIds }));
});

function idOf(handle: string): string {
  const id = ids.get(handle);
  if (id === undefined) throw new Error(`nobody is ${handle}`);
  return id;
}

/** The handles of each page, to the last one. */
async function pagesOf(prefix: string, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await findMembers(context, { groupId, userId: me, prefix, limit, cursor });
    pages.push(page.members.map(({ userId }) => page.names.person(userId).handle));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

describe('members by the beginning of their handles', () => {
  it.each([1, 2, 5, 11, 12, 100])(
    'are all found, each once and in order, when pages compare %d handles',
    async (limit) => {
      const pages = await pagesOf('gr', limit);
      expect(pages.flat()).toEqual(MEMBERS);
      expect(pages).toHaveLength(Math.ceil(HANDLES.length / limit));
    },
  );

  it('are none on a page whose handles are those of other users, while more pages follow', async () => {
    expect(await pagesOf('gr', 2)).toEqual([[], ['gr03'], ['gr06'], [], ['gr09'], ['gr12']]);
  });

  it('are found by the whole handle on the first page, whatever follows it', async () => {
    expect(await pagesOf('gr03', 1)).toEqual([['gr03']]);
  });

  it('are in the order of their handles, in whatever order the table returns their rows', async () => {
    const reversed = new Proxy(context.members, {
      get: (store, name) =>
        name === 'findMany'
          ? async (group: string, userIds: string[]) => (await store.findMany(group, userIds)).toReversed()
          : store.findWithGroup.bind(store),
    });
    const needs = { ...context, members: reversed };
    const { members } = await findMembers(needs, { groupId, userId: me, prefix: 'gr', limit: 100 });
    expect(members.map(({ userId }) => userId)).toEqual(MEMBERS.map(idOf));
  });

  it('have the names of their handles', async () => {
    const { members, names } = await findMembers(context, { groupId, userId: me, prefix: 'gr03', limit: 1 });
    expect(members.map(({ userId }) => names.person(userId))).toEqual([
      { handle: 'gr03', display_name: 'GR03' },
    ]);
  });

  it('are found by a changed handle, and no longer by the former one', async () => {
    await saveProfile(context, idOf('gr12'), { handle: 'hopper', display_name: 'Grace' });
    expect(await pagesOf('gr12', 10)).toEqual([[]]);
    expect(await pagesOf('ho', 10)).toEqual([['hopper']]);
    await saveProfile(context, idOf('gr12'), { handle: 'gr12', display_name: 'GR12' });
  });

  it('are not found after they left', async () => {
    const { groupId: other } = await addGroup(db().table, { userIds: [me, idOf('gr01'), idOf('gr02')] });
    await deleteItem(db().table, memberKey(other, idOf('gr01')));
    const { members } = await findMembers(context, { groupId: other, userId: me, prefix: 'gr', limit: 100 });
    expect(members.map(({ userId }) => userId)).toEqual([idOf('gr02')]);
  });

  it('are found in a direct group', async () => {
    const direct = await addDirectGroup(db().table, { userIds: [me, idOf('gr05')] });
    const search = { groupId: direct.groupId, userId: me, limit: 100 };
    const found = await findMembers(context, { ...search, prefix: 'gr' });
    expect(found.members.map(({ userId }) => userId)).toEqual([idOf('gr05')]);
  });

  it('are not searched for a user who is not a member', async () => {
    const search = { groupId, userId: idOf('gr01'), prefix: 'gr', limit: 100 };
    await expect(findMembers(context, search)).rejects.toThrow(NotFoundError);
  });

  it.each<[string, (group: string) => string]>([
    ['another prefix', (group) => encodeCursor(['members by handle', group, 'ho'], 'ho12')],
    ['another group', () => encodeCursor(['members by handle', 'another', 'gr'], 'gr01')],
    ['all members', (group) => encodeCursor(['members', group], 'gr01')],
    ['a place outside the prefix', (group) => encodeCursor(['members by handle', group, 'gr'], 'zz')],
  ])('refuse a cursor of %s', async (_, cursorIn) => {
    const search = { groupId, userId: me, prefix: 'gr', limit: 3, cursor: cursorIn(groupId) };
    await expect(findMembers(context, search)).rejects.toThrow(BadRequestError);
  });
});
