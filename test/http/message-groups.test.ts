import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MemberAnswer, MessageGroupAnswer } from '../../backend/presentation/message-group.ts';
import { deletedKey, groupIdOf, profileKey } from '../../schema/keys.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { memberItem, newDirectId, newUserId, timeOf } from '../support/factories.ts';
import { addGroup, putItem, putItems, upTo } from '../support/scene.ts';

/** The settings of a group that its reader did not change. */
const NO_SETTINGS = { muted: 'none', favourite: false, archived: false, marked_unread: false };
const api = useTestApi();

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('GET /api/message_groups', () => {
  it('shows a direct conversation as the other person, to each of the two', async () => {
    const [ada, grace] = [await api().person('ada', 'Ada'), await api().person('grace', 'Grace')];
    const sent = await ada.send({ handle: 'grace', message: 'Hello' });
    const shown = {
      uuid: sent.message_group_uuid,
      kind: 'direct',
      name: null,
      message: 'Hello',
      mentions: [],
      created_at: sent.created_at,
      last_seq: 1,
      last_by: ada.userId,
      last_kind: 'text',
      ...NO_SETTINGS,
    };
    expect(await ada.inbox()).toEqual([
      { ...shown, display_name: 'Grace', handle: 'grace', read_seq: 1, unread_count: 0, mention_count: 0 },
    ]);
    expect(await grace.inbox()).toEqual([
      { ...shown, display_name: 'Ada', handle: 'ada', read_seq: 0, unread_count: 1, mention_count: 0 },
    ]);
  });

  it('shows a group by its name', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const userIds = [ada.userId, grace.userId, newUserId()];
    const { groupId } = await addGroup(api().db.table, { userIds, name: 'Analytical Engines', length: 3 });
    expect(await grace.inbox()).toEqual([
      {
        uuid: groupId,
        kind: 'group',
        name: 'Analytical Engines',
        display_name: 'Analytical Engines',
        handle: null,
        message: 'text 3',
        mentions: [],
        created_at: timeOf(3),
        last_seq: 3,
        read_seq: 0,
        unread_count: 3,
        mention_count: 0,
        last_by: ada.userId,
        last_by_name: ada.handle,
        last_kind: 'text',
        member_count: 3,
        visibility: 'private',
        ...NO_SETTINGS,
      },
    ]);
  });

  it('shows the beginning of a long message, cut between characters', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    await ada.send({ handle: grace.handle, message: '\u{1F600}'.repeat(200) });
    expect(await grace.inbox()).toMatchObject([{ message: '\u{1F600}'.repeat(100) }]);
  });

  it('shows nothing of a message that was deleted', async () => {
    const ada = await api().person();
    await addGroup(api().db.table, { userIds: [ada.userId], length: 2 });
    const { groupId } = await addGroup(api().db.table, {
      userIds: [ada.userId],
      length: 5,
      member: { read_seq: 2, read_n: 2 },
      summary: { preview: null, last_rev: 1, last_deleted_seq: 5, last_by: 'another' },
    });
    await putItems(
      api().db.table,
      [1, 3, 5].map((seq) => deletedKey(groupId, seq)),
    );
    const shown = (await ada.inbox()).find(({ uuid }) => uuid === groupId);
    // Of 3, 4 and 5 only 4 is left to be read; 1 was read before it went.
    expect(shown).toMatchObject({ message: null, last_seq: 5, read_seq: 2, unread_count: 1 });
  });

  it('shows somebody whose profile is gone as a deleted user', async () => {
    const ada = await api().person();
    const groupId = newDirectId();
    await putItem(api().db.table, memberItem({ groupId, userId: ada.userId, peer: newUserId() }));
    expect(await ada.inbox()).toMatchObject([{ handle: '_deleted', display_name: 'Deleted user' }]);
  });

  it('changes a name with the profile', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    await ada.send({ handle: grace.handle, message: 'Hi' });
    await grace.inbox();
    await ada.saveProfile({ handle: ada.handle, display_name: 'Countess' });
    expect(await grace.inbox()).toMatchObject([{ display_name: 'Countess' }]);
  });

  describe('page by page', () => {
    let ada: Caller;
    const COUNT = 45;
    /** Newest first: from last year and long ago, and several at the very same time. */
    const times = upTo(COUNT).map((place) => new Date(Date.UTC(2025, 0, 3) - (place >> 1) * 25 * 86_400_000));
    const rows: { groupId: string; last_at: string }[] = [];

    beforeAll(async () => {
      ada = await api().person();
      const peer = newUserId();
      await putItem(api().db.table, {
        ...profileKey(peer),
        ...{ handle: 'somebody', display_name: 'Somebody', created_at: timeOf(1) },
      });
      for (const time of times) rows.push({ groupId: newDirectId(), last_at: time.toISOString() });
      const items = rows.map((row) => memberItem({ ...row, userId: ada.userId, peer }));
      await putItems(api().db.table, items.toReversed());
      rows.sort((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
    });

    const keyOf = ({ groupId, last_at }: { groupId: string; last_at: string }) => `${last_at}#${groupId}`;

    it('gives the 20 with the newest activity, whatever year it is', async () => {
      const page = await ada.inbox();
      expect(page.map(({ uuid }) => uuid)).toEqual(rows.slice(0, 20).map(({ groupId }) => groupId));
      expect(page.every((group) => TIME.test(group.created_at))).toBe(true);
    });

    it.each([1, 2, 7, 44, 45, 46, 100])('leads to the last one, %i at a time', async (limit) => {
      const pages = await ada.pages<MessageGroupAnswer>(`/api/message_groups?limit=${limit}`, 'next');
      expect(pages.flat().map(({ uuid }) => uuid)).toEqual(rows.map(({ groupId }) => groupId));
      expect(pages.map((page) => page.length).slice(0, -1)).toEqual(pages.slice(1).map(() => limit));
      expect(pages.at(-1)).not.toEqual([]);
    });

    it('has a Link only where more follows', async () => {
      const first = await ada.get('/api/message_groups?limit=44');
      expect(linkOf(first, 'next')).toMatch(/^\/api\/message_groups\?limit=44&cursor=[\w-]+$/);
      expect(linkOf(first, 'prev')).toBeUndefined();
      expect((await ada.get('/api/message_groups?limit=45')).headers).not.toHaveProperty('link');
    });

    it('shows none twice when a conversation moves up meanwhile', async () => {
      const person = await api().person();
      const row = (seq: number, groupId = newDirectId()) =>
        memberItem({ groupId, userId: person.userId, peer: ada.userId, last_seq: seq, last_at: timeOf(seq) });
      const [newest, second, third, oldest] = [row(4), row(3), row(2), row(1)];
      await putItems(api().db.table, [newest, second, third, oldest]);
      const first = await person.get('/api/message_groups?limit=2');
      await putItem(api().db.table, row(5, groupIdOf(oldest)));
      const next = await person.inbox(linkOf(first, 'next')?.replace('/api/message_groups', ''));
      expect(next.map(({ uuid }) => uuid)).toEqual([groupIdOf(third)]);
    });
  });
});

describe('GET /api/message_groups/:uuid', () => {
  it('shows a direct conversation with both of its members', async () => {
    const [ada, grace] = [await api().person(), await api().person(undefined, 'Grace Hopper')];
    const sent = await ada.send({ handle: grace.handle, message: 'Hello' });
    const { members, ...group } = await grace.group(sent.message_group_uuid);
    expect([group]).toEqual(await grace.inbox());
    const member = { role: 'member', joined_at: sent.created_at, joined_seq: 1 };
    expect(members).toHaveLength(2);
    expect(members).toEqual(
      expect.arrayContaining([
        { ...member, user_uuid: ada.userId, handle: ada.handle, display_name: ada.handle, read_seq: 1 },
        {
          ...member,
          user_uuid: grace.userId,
          handle: grace.handle,
          display_name: 'Grace Hopper',
          read_seq: 0,
        },
      ]),
    );
  });

  it('distinguishes a mark that reading set from the one that a member joined with', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const isaac = await api().person();
    const { uuid } = await ada.createGroup('Plans', [grace.handle]);
    const plan = await ada.send({ message_group_uuid: uuid, message: 'secret plan' });
    await ada.post(`/api/message_groups/${uuid}/members`, { handle: isaac.handle });
    await grace.markRead(uuid, plan.seq);
    const marks = async () => {
      const { members } = await ada.group(uuid);
      return new Map(
        members.map(({ handle, joined_seq, read_seq }) => [handle, [joined_seq, read_seq]] as const),
      );
    };
    // Those who were there from the start, and who joined behind the plan: each mark begins at `joined_seq`.
    expect((await marks()).get(grace.handle)).toEqual([1, plan.seq]);
    expect((await marks()).get(isaac.handle)).toEqual([3, 3]);
    const { seq } = await ada.send({ message_group_uuid: uuid, message: 'Welcome' });
    await isaac.markRead(uuid, seq);
    expect((await marks()).get(isaac.handle)).toEqual([3, seq]);
  });

  it.each([
    ['who is one of them', 'z', 0],
    ['who comes after them', '!', 1],
  ])(
    'shows the first 100 members of a large group and the caller, %s, and no read marks',
    async (_, prefix, added) => {
      const ada = await api().person();
      // By user id the others come after the caller, or before.
      const userIds = upTo(120).map(() => `${prefix}${newUserId()}`);
      const { groupId } = await addGroup(api().db.table, {
        userIds: [ada.userId, ...userIds],
        name: 'Everybody',
      });
      const group = await ada.group(groupId);
      expect(group).toMatchObject({ kind: 'group', name: 'Everybody', handle: null, member_count: 121 });
      const first = [ada.userId, ...userIds].toSorted().slice(0, 100);
      expect(group.members.map((member) => member.user_uuid)).toEqual([
        ...first,
        ...(added === 1 ? [ada.userId] : []),
      ]);
      expect(group.members.some((member) => 'read_seq' in member)).toBe(false);
    },
  );

  it('shows read marks where there are 100 members', async () => {
    const ada = await api().person();
    const userIds = [ada.userId, ...upTo(99).map(() => newUserId())];
    const { groupId } = await addGroup(api().db.table, { userIds, length: 3, member: { read_seq: 2 } });
    const group = await ada.group(groupId);
    expect(group.members.map((member) => member.read_seq)).toEqual(userIds.map(() => 2));
  });
});

describe('GET /api/message_groups/:uuid/members', () => {
  it.each([1, 50, 100])('leads to the last member of a large group, %i at a time', async (limit) => {
    const ada = await api().person();
    const userIds = [ada.userId, ...upTo(limit === 1 ? 4 : 200).map(() => newUserId())];
    const { groupId } = await addGroup(api().db.table, { userIds });
    const path = `/api/message_groups/${groupId}/members`;
    const pages = await ada.pages<MemberAnswer>(`${path}?limit=${limit}`, 'next');
    expect(pages.flat().map(({ user_uuid }) => user_uuid)).toEqual(userIds.toSorted());
    expect(pages.map((page) => page.length).slice(0, -1)).toEqual(pages.slice(1).map(() => limit));
    expect(pages.flat().some((member) => 'read_seq' in member)).toBe(userIds.length <= 100);
  });

  it('shows each member as the group does', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const { uuid, members } = await ada.createGroup('A group', [grace.handle]);
    expect(ok(await grace.get(`/api/message_groups/${uuid}/members`))).toEqual(members);
    const direct = await ada.send({ handle: grace.handle, message: 'Hi' });
    const path = `/api/message_groups/${direct.message_group_uuid}`;
    expect(ok(await grace.get(`${path}/members`))).toEqual(
      (await grace.group(direct.message_group_uuid)).members,
    );
  });

  it('has a Link only where more follows, and skips nobody when a member leaves meanwhile', async () => {
    const people = await Promise.all(upTo(4).map(() => api().person()));
    const [first, second, third, last] = people.toSorted((one, other) =>
      one.userId < other.userId ? -1 : 1,
    );
    if (!first || !second || !third || !last) throw new Error('there are four');
    const { uuid } = await last.createGroup(
      'A group',
      people.filter((person) => person !== last).map(({ handle }) => handle),
    );
    const path = `/api/message_groups/${uuid}/members`;
    expect((await last.get(`${path}?limit=4`)).headers).not.toHaveProperty('link');
    const next = linkOf(await last.get(`${path}?limit=2`), 'next') ?? '';
    expect(next).toMatch(/^\/api\/message_groups\/\w+\/members\?limit=2&cursor=[\w-]+$/);
    // The cursor names the second one.
    expect(await second.delete(`${path}/@${second.handle}`)).toMatchObject({ status: 204 });
    expect((ok(await last.get(next)) as MemberAnswer[]).map(({ user_uuid }) => user_uuid)).toEqual([
      third.userId,
      last.userId,
    ]);
  });
});

describe('GET /api/message_groups/:uuid/members?prefix=', () => {
  it('lists the members whose handles begin with it, in upper or lower case, and leads to the next page', async () => {
    const [ada, stranger] = [await api().person('mp-ada'), await api().person('mp-between')];
    const [zoe, ben] = [await api().person('mp-zoe'), await api().person('mp-ben')];
    const { uuid, members } = await ada.createGroup('A group', [zoe.handle, ben.handle]);
    const path = `/api/message_groups/${uuid}/members`;
    const whole = await ada.get(`${path}?prefix=MP-`);
    const found = ok(whole) as MemberAnswer[];
    expect(found.map(({ handle }) => handle)).toEqual(['mp-ada', 'mp-ben', 'mp-zoe']);
    expect(found).toEqual(
      found.map(({ user_uuid }) => members.find((member) => member.user_uuid === user_uuid)),
    );
    expect(whole.headers).not.toHaveProperty('link');
    const next = linkOf(await ada.get(`${path}?prefix=mp-&limit=2`), 'next') ?? '';
    expect(next).toMatch(/^\/api\/message_groups\/\w+\/members\?prefix=mp-&limit=2&cursor=[\w-]+$/);
    // The other user's handle is between the two.
    expect((ok(await ada.get(next)) as MemberAnswer[]).map(({ handle }) => handle)).toEqual(['mp-zoe']);
    expect(await stranger.get(`${path}?prefix=mp-`)).toMatchObject({ status: 404 });
  });
});

describe('POST /api/message_groups/:uuid/members', () => {
  it('adds several at once, by one message in the log', async () => {
    const [ada, grace, kay, joan] = [
      await api().person(),
      await api().person(),
      await api().person(),
      await api().person(),
    ];
    const { uuid } = await ada.createGroup('A group', [grace.handle]);
    // Grace is a member already, and Kay is named twice.
    const handles = [kay.handle, grace.handle, joan.handle, kay.handle];
    const group = ok(await ada.post(`/api/message_groups/${uuid}/members`, { handles }));
    expect(group).toMatchObject({ member_count: 4, last_seq: 2, unread_count: 0 });
    const [added, ...more] = await kay.history(uuid, '?after=1');
    expect(more).toEqual([]);
    if (added?.kind !== 'system' || added.event.type !== 'members_added') throw new Error('nobody was added');
    expect(added).toMatchObject({ seq: 2, user_uuid: ada.userId });
    expect(added.event.users.map(({ user_uuid }) => user_uuid).toSorted()).toEqual(
      [kay.userId, joan.userId].toSorted(),
    );
    for (const newcomer of [kay, joan]) {
      expect(await newcomer.inbox()).toMatchObject([{ uuid, read_seq: 2, unread_count: 0 }]);
    }
  });
});

describe('PUT /api/message_groups/:uuid/read', () => {
  /** Ada has sent five messages that Grace has not read. */
  async function unreadFive() {
    const [ada, grace] = [await api().person(), await api().person()];
    const { groupId } = await addGroup(api().db.table, { userIds: [ada.userId, grace.userId], length: 5 });
    return { ada, grace, groupId };
  }

  it('marks what was read, and nothing else of the conversation', async () => {
    const { ada, grace, groupId } = await unreadFive();
    const before = await ada.group(groupId);
    expect(await grace.markRead(groupId, 3)).toEqual({ uuid: groupId, read_seq: 3, unread_count: 2 });
    expect(await grace.inbox()).toMatchObject([{ read_seq: 3, unread_count: 2, message: 'text 5' }]);
    const after = await ada.group(groupId);
    expect({ ...after, members: [] }).toEqual({ ...before, members: [] });
    expect(after.members.find(({ user_uuid }) => user_uuid === grace.userId)).toMatchObject({ read_seq: 3 });
  });

  it('is 0 in a group of which nothing is read, and changes nothing there', async () => {
    const { grace, groupId } = await unreadFive();
    const nothing = { uuid: groupId, read_seq: 0, unread_count: 5 };
    expect(await grace.markRead(groupId, 0)).toEqual(nothing);
    const direct = await (await api().person()).send({ handle: grace.handle, message: 'Hi' });
    const { message_group_uuid: uuid } = direct;
    expect(await grace.markRead(uuid, 0)).toEqual({ uuid, read_seq: 0, unread_count: 1 });
    await grace.markRead(uuid, 1);
    expect(await grace.markRead(uuid, 0)).toEqual({ uuid, read_seq: 1, unread_count: 0 });
  });

  it('never goes back', async () => {
    const { grace, groupId } = await unreadFive();
    await grace.markRead(groupId, 4);
    expect(await grace.markRead(groupId, 2)).toEqual({ uuid: groupId, read_seq: 4, unread_count: 1 });
    expect(await grace.markRead(groupId, 4)).toEqual({ uuid: groupId, read_seq: 4, unread_count: 1 });
  });

  it('beyond the newest message marks up to the newest', async () => {
    const { grace, groupId } = await unreadFive();
    expect(await grace.markRead(groupId, 999_999_999_999)).toEqual({
      uuid: groupId,
      read_seq: 5,
      unread_count: 0,
    });
  });

  it('marks a message that the summary does not tell of yet', async () => {
    const { ada, grace, groupId } = await unreadFive();
    await ada.send({ message_group_uuid: groupId, message: 'six' });
    expect(await grace.markRead(groupId, 6)).toEqual({ uuid: groupId, read_seq: 6, unread_count: 0 });
  });

  it('is one’s own', async () => {
    const [ada, grace, kay] = [await api().person(), await api().person(), await api().person()];
    const userIds = [ada.userId, grace.userId, kay.userId];
    const { groupId } = await addGroup(api().db.table, { userIds, length: 5 });
    await grace.markRead(groupId, 5);
    expect(await kay.inbox()).toMatchObject([{ read_seq: 0, unread_count: 5 }]);
    expect(await grace.inbox()).toMatchObject([{ read_seq: 5, unread_count: 0 }]);
  });

  it('of several devices at once ends at the furthest', async () => {
    const { grace, groupId } = await unreadFive();
    await Promise.all([3, 1, 5, 2, 4, 1].map((seq) => grace.markRead(groupId, seq)));
    expect(await grace.inbox()).toMatchObject([{ read_seq: 5, unread_count: 0 }]);
  });
});

describe('DELETE /api/message_groups/:uuid/members/:user_uuid', () => {
  /** Whom no handle leads to: they never had a profile, or it is gone. */
  it.each(['5ae290ed-55d1-47a0-bc6d-fe2bc2700399', 'auth0|5f7c', 'odd/id?ü%@', '...'])(
    'removes who has no profile: %s',
    async (gone) => {
      const ada = await api().person();
      const { groupId } = await addGroup(api().db.table, {
        userIds: [ada.userId, gone],
        member: { role: 'admin' },
      });
      const path = `/api/message_groups/${groupId}/members/`;
      expect(await ada.delete(`${path}@_deleted`)).toMatchObject({ status: 404 });
      expect(await ada.delete(path + encodeURIComponent(gone))).toMatchObject({ status: 204 });
      expect(await ada.group(groupId)).toMatchObject({
        member_count: 1,
        members: [{ user_uuid: ada.userId }],
      });
      expect(await ada.history(groupId, '?after=1')).toMatchObject([
        {
          message: expect.stringMatching(/ removed \u2068Deleted user\u2069$/),
          event: { type: 'member_removed', user: { user_uuid: gone } },
        },
      ]);
      expect(await ada.delete(path + encodeURIComponent(gone))).toMatchObject({ status: 404 });
    },
  );

  it('leaves a handle to the route beside it, however its @ is written', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const { uuid } = await ada.createGroup('A group', [grace.handle]);
    const path = `/api/message_groups/${uuid}/members/%40${grace.handle}`;
    expect(await ada.patch(path, { role: 'admin' })).toMatchObject({ status: 200 });
    expect(await ada.delete(path)).toMatchObject({ status: 204 });
    expect(await ada.group(uuid)).toMatchObject({ member_count: 1 });
  });

  it('knows nobody by what cannot be an id', async () => {
    const ada = await api().person();
    const { uuid } = await ada.createGroup('A group', [(await api().person()).handle]);
    const answer = await ada.delete(`/api/message_groups/${uuid}/members/${'x'.repeat(4_000)}`);
    expect(answer).toMatchObject({ status: 404 });
  });
});
