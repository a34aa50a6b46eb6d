import { describe, expect, it } from '@jest/globals';
import type { Member, MessageGroupView } from '../../client/src/api/shapes.ts';
import { searchMembers, searchNote, withFound } from '../../web/src/groups/member-search.ts';
import {
  concerns,
  groupAfter,
  isLarge,
  membersAfter,
  pagesAfter,
} from '../../web/src/groups/members-after.ts';
import { adds, joins, leaves, NO_SETTINGS, removes, system, user } from '../client/messages.ts';

const member = (name: string, role: Member['role'] = 'member'): Member => ({
  ...user(name),
  role,
  joined_at: '2026-01-01T12:00:00.000Z',
  joined_seq: 1,
});

const group = (members: readonly Member[], count: number): MessageGroupView => ({
  uuid: 'group',
  kind: 'group',
  name: 'Moths',
  display_name: 'Moths',
  handle: null,
  message: null,
  mentions: [],
  created_at: '2026-01-01T12:00:00.000Z',
  last_seq: 1,
  read_seq: 1,
  unread_count: 0,
  mention_count: 0,
  last_by: 'Ada',
  last_kind: 'system',
  ...NO_SETTINGS,
  member_count: count,
  visibility: 'public',
  members: [...members],
});

const rolesOf = (members: readonly Member[]) => members.map(({ display_name, role }) => [display_name, role]);

describe('A large group after a system message', () => {
  const large = group([member('Ada', 'owner'), member('Grace')], 5_000);

  it('counts those who join and leave, and drops who left from its first members', () => {
    expect(isLarge(large)).toBe(true);
    expect(isLarge(group([member('Ada')], 1))).toBe(false);
    expect(groupAfter(large, joins(2)).member_count).toBe(5_001);
    expect(groupAfter(large, adds(2, 'Alan', 'Hedy')).member_count).toBe(5_002);
    const after = groupAfter(large, removes(2, 'Grace'));
    expect(after.member_count).toBe(4_999);
    expect(rolesOf(after.members)).toEqual([['Ada', 'owner']]);
  });

  it('has the new roles, also of an owner who hands it over or leaves', () => {
    const made = system(2, 'Ada', { type: 'role_changed', user: user('Grace'), role: 'admin' });
    expect(rolesOf(groupAfter(large, made).members)).toEqual([
      ['Ada', 'owner'],
      ['Grace', 'admin'],
    ]);
    const handed = system(2, 'Ada', { type: 'role_changed', user: user('Grace'), role: 'owner' });
    expect(rolesOf(groupAfter(large, handed).members)).toEqual([
      ['Ada', 'admin'],
      ['Grace', 'owner'],
    ]);
    const left = system(2, 'Ada', { type: 'member_left', new_owner: user('Grace') });
    expect(rolesOf(groupAfter(large, left).members)).toEqual([['Grace', 'owner']]);
  });

  it('is fetched by its author, and by a user whose role it changes', () => {
    expect(concerns(joins(2, 'Grace'), 'Grace')).toBe(true);
    expect(concerns(joins(2, 'Grace'), 'Alan')).toBe(false);
    const made = system(2, 'Ada', { type: 'role_changed', user: user('Grace'), role: 'admin' });
    expect(concerns(made, 'Grace')).toBe(true);
    expect(concerns(made, 'Alan')).toBe(false);
    const left = system(2, 'Ada', { type: 'member_left', new_owner: user('Grace') });
    expect(concerns(left, 'Grace')).toBe(true);
  });
});

describe('The loaded pages of members after a system message', () => {
  const pages = [
    { members: [member('Ada', 'owner'), member('Alan')], nextCursor: 'a' },
    { members: [member('Grace')], nextCursor: 'b' },
  ];
  const names = (all: ReturnType<typeof pagesAfter>) =>
    all.map(({ members }) => members.map(({ display_name }) => display_name));

  it('end with those who joined, once, and are without those who left', () => {
    expect(names(pagesAfter(pages, adds(2, 'Hedy', 'Alan')))).toEqual([
      ['Ada', 'Alan'],
      ['Grace', 'Hedy'],
    ]);
    expect(names(pagesAfter(pages, leaves(2, 'Alan')))).toEqual([['Ada'], ['Grace']]);
    expect(pagesAfter(pages, joins(2))[1]?.nextCursor).toBe('b');
    // What a search found follows departures too.
    expect(rolesOf(membersAfter(pages[0]?.members ?? [], leaves(2, 'Alan')))).toEqual([['Ada', 'owner']]);
  });
});

describe('A search for members', () => {
  const members = [member('Ada Lovelace'), { ...member('Grace'), handle: 'hopper' }, member('Alan')];
  const found = (typed: string) => searchMembers(members, typed).map(({ display_name }) => display_name);

  it('finds a part of the name or of the handle, without regard to case', () => {
    expect(found('  ')).toHaveLength(3);
    expect(found('LOVE')).toEqual(['Ada Lovelace']);
    expect(found('@Hop')).toEqual(['Grace']);
    expect(found('nobody')).toEqual([]);
  });

  it('has those whom the API found after the loaded ones, each once', () => {
    const [ada, grace, alan] = members;
    const found = withFound(members.slice(0, 2), [...members.slice(1), member('Adam')]);
    expect(found.map(({ display_name }) => display_name)).toEqual([
      ...[ada, grace, alan].map((one) => one?.display_name),
      'Adam',
    ]);
  });

  it('says that it knows only the loaded ones, and others by handle', () => {
    const note = (values: Partial<Parameters<typeof searchNote>[0]>) =>
      searchNote({ typed: '', found: 3, loaded: 200, all: 10_000, hasMore: true, ...values });
    expect(note({})).toBe('Showing 200 of 10,000 members.');
    expect(note({ typed: 'a' })).toBe('3 found in the 200 of 10,000 members that are loaded, and by handle.');
    expect(note({ typed: 'a', loaded: 10_000, hasMore: false })).toBe('3 found.');
    expect(note({ typed: 'a', found: 0, hasMore: false })).toBe('No members found.');
    expect(note({ loaded: 10_000, hasMore: false })).toBe('');
  });
});
