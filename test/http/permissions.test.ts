import { beforeAll, describe, expect, it } from '@jest/globals';
import type { InviteAnswer } from '../../backend/presentation/invite.ts';
import { codesOf } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import type { Answer } from '../support/http-client.ts';

/* Who may do what, cell by cell: design's matrix, over HTTP. */

const api = useTestApi();

type Actor = 'stranger' | 'member' | 'admin' | 'owner';
const ACTORS: readonly Actor[] = ['stranger', 'member', 'admin', 'owner'];

interface Cast {
  readonly people: Readonly<Record<Actor, Caller>>;
  /** A second plain member, and a second admin. */
  readonly other: Caller;
  readonly otherAdmin: Caller;
  readonly newcomer: Caller;
}

/** A group with one of each, a message of each, and somebody who can be added. */
interface Scene extends Cast {
  readonly groupId: string;
  /** Of an invitation. */
  readonly code: string;
  /** Seqs of the messages of each. */
  readonly said: Readonly<Record<'member' | 'admin' | 'owner' | 'other', number>>;
}

interface Deed {
  readonly deed: string;
  readonly allowed: readonly Actor[];
  /** What a success answers; default 200. */
  readonly status?: 204;
  readonly act: (caller: Caller, scene: Scene, actor: Actor) => Promise<Answer>;
}

const MEMBERS = ['member', 'admin', 'owner'] as const;
const ADMINS = ['admin', 'owner'] as const;

const THUMB = encodeURIComponent('👍');
const messagePath = ({ groupId }: Scene, seq: number) => `/api/messages/${groupId}/${seq}`;
const groupPath = ({ groupId }: Scene) => `/api/message_groups/${groupId}`;
const memberPath = (scene: Scene, { handle }: Caller) => `${groupPath(scene)}/members/@${handle}`;
const memberIdPath = (scene: Scene, { userId }: Caller) => `${groupPath(scene)}/members/${userId}`;
const ownSeq = ({ said }: Scene, actor: Actor) => (actor === 'stranger' ? said.other : said[actor]);

const DEEDS: readonly Deed[] = [
  {
    deed: 'know that the group exists',
    allowed: MEMBERS,
    act: (caller, scene) => caller.get(groupPath(scene)),
  },
  { deed: 'read', allowed: MEMBERS, act: (caller, { groupId }) => caller.get(`/api/messages/${groupId}`) },
  {
    deed: 'send',
    allowed: MEMBERS,
    act: (caller, { groupId }) =>
      caller.post('/api/messages', { message: 'Hello', message_group_uuid: groupId }),
  },
  {
    deed: 'mark read',
    allowed: MEMBERS,
    act: (caller, scene) => caller.put(`${groupPath(scene)}/read`, { seq: 1 }),
  },
  {
    deed: 'tell that they are typing',
    allowed: MEMBERS,
    status: 204,
    act: (caller, scene) => caller.post(`${groupPath(scene)}/typing`, undefined),
  },
  {
    deed: 'leave',
    allowed: MEMBERS,
    status: 204,
    act: (caller, scene) => caller.delete(memberPath(scene, caller)),
  },
  {
    deed: 'edit their own message',
    allowed: MEMBERS,
    act: (caller, scene, actor) =>
      caller.patch(messagePath(scene, ownSeq(scene, actor)), { message: 'Better' }),
  },
  {
    deed: 'delete their own message',
    allowed: MEMBERS,
    act: (caller, scene, actor) => caller.delete(messagePath(scene, ownSeq(scene, actor))),
  },
  {
    deed: 'edit another’s message',
    allowed: [],
    act: (caller, scene) => caller.patch(messagePath(scene, scene.said.other), { message: 'Better' }),
  },
  {
    deed: 'delete another’s message',
    allowed: ADMINS,
    act: (caller, scene) => caller.delete(messagePath(scene, scene.said.other)),
  },
  {
    deed: 'react',
    allowed: MEMBERS,
    act: (caller, scene) => caller.put(`${messagePath(scene, scene.said.other)}/reactions/${THUMB}`),
  },
  {
    deed: 'take a reaction back',
    allowed: MEMBERS,
    act: (caller, scene) => caller.delete(`${messagePath(scene, scene.said.other)}/reactions/${THUMB}`),
  },
  {
    deed: 'list who reacted',
    allowed: MEMBERS,
    act: (caller, scene) => caller.get(`${messagePath(scene, scene.said.other)}/reactions`),
  },
  {
    deed: 'pin',
    allowed: ADMINS,
    act: (caller, scene, actor) => caller.put(`${messagePath(scene, ownSeq(scene, actor))}/pin`),
  },
  {
    deed: 'unpin',
    allowed: ADMINS,
    act: (caller, scene, actor) => caller.delete(`${messagePath(scene, ownSeq(scene, actor))}/pin`),
  },
  {
    deed: 'list the pins',
    allowed: MEMBERS,
    act: (caller, scene) => caller.get(`${groupPath(scene)}/pins`),
  },
  {
    deed: 'change their own settings',
    allowed: MEMBERS,
    act: (caller, scene) => caller.patch(`${groupPath(scene)}/settings`, { muted: 'all', archived: true }),
  },
  {
    deed: 'rename the group',
    allowed: ADMINS,
    act: (caller, scene) => caller.patch(groupPath(scene), { name: 'Another name' }),
  },
  {
    deed: 'add somebody',
    allowed: ADMINS,
    act: (caller, scene) => caller.post(`${groupPath(scene)}/members`, { handle: scene.newcomer.handle }),
  },
  {
    deed: 'remove a member',
    allowed: ADMINS,
    status: 204,
    act: (caller, scene) => caller.delete(memberPath(scene, scene.other)),
  },
  {
    deed: 'remove an admin',
    allowed: ADMINS,
    status: 204,
    act: (caller, scene) => caller.delete(memberPath(scene, scene.otherAdmin)),
  },
  {
    deed: 'remove somebody who is no member',
    allowed: [],
    act: (caller, scene) => caller.delete(memberPath(scene, scene.newcomer)),
  },
  {
    deed: 'leave by their id',
    allowed: MEMBERS,
    status: 204,
    act: (caller, scene) => caller.delete(memberIdPath(scene, caller)),
  },
  {
    deed: 'remove a member by id',
    allowed: ADMINS,
    status: 204,
    act: (caller, scene) => caller.delete(memberIdPath(scene, scene.other)),
  },
  {
    deed: 'remove the owner by id',
    allowed: ['owner'],
    status: 204,
    act: (caller, scene) => caller.delete(memberIdPath(scene, scene.people.owner)),
  },
  {
    deed: 'invite',
    allowed: ADMINS,
    act: (caller, scene) => caller.post(`${groupPath(scene)}/invites`, {}),
  },
  {
    deed: 'list the invitations',
    allowed: ADMINS,
    act: (caller, scene) => caller.get(`${groupPath(scene)}/invites`),
  },
  {
    deed: 'revoke an invitation',
    allowed: ADMINS,
    status: 204,
    act: (caller, scene) => caller.delete(`${groupPath(scene)}/invites/${scene.code}`),
  },
  {
    deed: 'make the group public',
    allowed: ['owner'],
    act: (caller, scene) => caller.patch(groupPath(scene), { visibility: 'public' }),
  },
  {
    deed: 'rename the group and make it public',
    allowed: ['owner'],
    act: (caller, scene) => caller.patch(groupPath(scene), { name: 'Open', visibility: 'public' }),
  },
  {
    deed: 'make an admin',
    allowed: ['owner'],
    act: (caller, scene) => caller.patch(memberPath(scene, scene.other), { role: 'admin' }),
  },
  {
    deed: 'unmake an admin',
    allowed: ['owner'],
    act: (caller, scene) => caller.patch(memberPath(scene, scene.otherAdmin), { role: 'member' }),
  },
];

/** What who may not is told: 404 of what they must not know of, 403 of what their role does not do. */
function refusal(deed: string, actor: Actor): { status: number; codes: readonly string[] } {
  if (actor === 'stranger') return { status: 404, codes: ['not_found'] };
  if (deed.includes('another’s message')) return { status: 403, codes: ['message_not_own'] };
  if (deed === 'remove somebody who is no member' && actor !== 'member')
    return { status: 404, codes: ['not_found'] };
  return { status: 403, codes: ['role_forbidden'] };
}

/** The matrix, cell by cell. */
const CELLS = ACTORS.flatMap((actor) =>
  DEEDS.map(({ allowed, ...deed }) => {
    const may = allowed.includes(actor);
    return { ...deed, actor, may, verb: may ? 'may' : 'may not' };
  }),
);

/** The same people for all scenes: what they may do is the group's to say. */
let cast: Cast;

beforeAll(async () => {
  const person = () => api().person();
  const [stranger, member, admin, owner] = [await person(), await person(), await person(), await person()];
  const people = { stranger, member, admin, owner };
  cast = { people, other: await person(), otherAdmin: await person(), newcomer: await person() };
});

it.each(CELLS.filter(({ may }) => may))('a $actor $verb $deed', async ({ act, actor, status = 200 }) => {
  const scene = await startScene();
  const answer = await act(scene.people[actor], scene, actor);
  expect(answer.status).toBe(status);
});

describe('where it is not allowed', () => {
  /** One for all: a refusal changes nothing, which each test checks. */
  let scene: Scene;
  let before: unknown;

  beforeAll(async () => {
    scene = await startScene();
    before = await stateOf(scene);
  });

  it.each(CELLS.filter(({ may }) => !may))('a $actor $verb $deed', async ({ deed, act, actor }) => {
    const answer = await act(scene.people[actor], scene, actor);
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual(refusal(deed, actor));
    expect(await stateOf(scene)).toEqual(before);
  });
});

describe('the owner', () => {
  it('is removed and demoted by nobody, and does not demote themselves', async () => {
    const scene = await startScene();
    const { owner, admin } = scene.people;
    const attempts = [
      () => admin.delete(memberPath(scene, owner)),
      () => admin.patch(memberPath(scene, owner), { role: 'member' }),
      () => owner.patch(memberPath(scene, owner), { role: 'member' }),
    ];
    for (const attempt of attempts) expect(await attempt()).toMatchObject({ status: 403 });
    expect(roleOf(ok(await owner.get(groupPath(scene))), owner)).toBe('owner');
  });

  it('hands the group over, and is an admin afterwards', async () => {
    const scene = await startScene();
    const { owner, admin } = scene.people;
    const { other } = scene;
    const handOver = (caller: Caller, to: Caller) => caller.patch(memberPath(scene, to), { role: 'owner' });
    for (const [caller, to] of [
      [admin, admin],
      [admin, other],
      [other, other],
    ] as const) {
      expect(await handOver(caller, to)).toMatchObject({ status: 403, text: '["role_forbidden"]' });
    }
    const group = ok(await handOver(owner, other));
    expect([roleOf(group, other), roleOf(group, owner)]).toEqual(['owner', 'admin']);
    const [event] = (await owner.history(scene.groupId, '?limit=1')).map((message) =>
      'event' in message ? message.event : undefined,
    );
    expect(event).toMatchObject({ type: 'role_changed', user: { user_uuid: other.userId }, role: 'owner' });
    expect(await handOver(owner, owner)).toMatchObject({ status: 403 });
    // To oneself it changes nothing.
    expect(ok(await handOver(other, other))).toEqual(await other.group(scene.groupId));
  });
});

describe('a role', () => {
  it('is what it was a moment ago for nobody: who was made an admin may, who was unmade may not', async () => {
    const scene = await startScene();
    const { owner, member } = scene.people;
    await owner.patch(memberPath(scene, member), { role: 'admin' });
    expect(await member.patch(groupPath(scene), { name: 'By the admin' })).toMatchObject({ status: 200 });
    await owner.patch(memberPath(scene, member), { role: 'member' });
    expect(await member.patch(groupPath(scene), { name: 'By nobody' })).toMatchObject({ status: 403 });
  });
});

describe('who was removed', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await startScene();
    await scene.people.owner.delete(memberPath(scene, scene.people.member));
  });

  it.each(DEEDS)('cannot $deed on the very next request', async ({ act }) => {
    expect(await act(scene.people.member, scene, 'member')).toMatchObject({ status: 404 });
  });

  it('has no row in the inbox', async () => {
    const rows = await scene.people.member.inbox('?limit=100');
    expect(rows.map(({ uuid }) => uuid)).not.toContain(scene.groupId);
  });
});

async function startScene(): Promise<Scene> {
  const { people, other, otherAdmin } = cast;
  const { member, admin, owner } = people;
  const handles = [member, admin, other, otherAdmin].map(({ handle }) => handle);
  const { uuid: groupId } = await owner.createGroup('A group', handles);
  const say = async (caller: Caller) =>
    (await caller.send({ message: 'Said', message_group_uuid: groupId })).seq;
  const said = {
    member: await say(member),
    admin: await say(admin),
    owner: await say(owner),
    other: await say(other),
  };
  const { code } = ok(await owner.post(`/api/message_groups/${groupId}/invites`, {})) as InviteAnswer;
  const scene = { ...cast, groupId, code, said };
  for (const one of [admin, otherAdmin]) ok(await owner.patch(memberPath(scene, one), { role: 'admin' }));
  return scene;
}

/** What a refused deed must leave as it is. */
async function stateOf({ groupId, people: { owner } }: Scene) {
  const invites = ok(await owner.get(`/api/message_groups/${groupId}/invites`));
  return { group: await owner.group(groupId), log: await owner.history(groupId), invites };
}

function roleOf(group: unknown, { userId }: Caller): string | undefined {
  const { members } = group as { members: readonly { user_uuid: string; role: string }[] };
  return members.find(({ user_uuid }) => user_uuid === userId)?.role;
}
