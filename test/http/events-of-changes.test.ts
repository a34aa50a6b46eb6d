import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { allTold, asEvent, type Device, messagesOf, tale } from '../events/event-tale.ts';
import { type HeldStream, startHeldStream } from '../events/held-stream.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';

/*
 * What each user receives of each change, in which order, on every device: first from the API, and a second time,
 * reliably, from the stream's handler. The devices named `late` are opened in between, so they receive only the handler's.
 */

const api = useTestApi({ stream: true });
let stream: HeldStream;
const devices: Device[] = [];

beforeAll(async () => {
  stream = await startHeldStream(api().db, api().context.events);
});
afterAll(() => stream.stop());
afterEach(() => {
  stream.hold();
  for (const { reader } of devices.splice(0)) reader.close();
});

/** Waits until all that was published is delivered, in the group too: Ada or Linus is in it. */
const settled = ({ groupId, ada, linus }: Scene) =>
  allTold(api().context.events, devices, [{ groupId, members: [linus.userId, ada.userId] }]);

async function listen({ userId, token }: Caller): Promise<Device> {
  const reader = await readEvents(api().port, { token });
  const device = { userId, reader };
  devices.push(device);
  await reader.until('ready');
  return device;
}

interface Scene {
  readonly ada: Caller;
  readonly grace: Caller;
  readonly linus: Caller;
  /** Is in no conversation with them. */
  readonly kay: Caller;
  readonly groupId: string;
}

/** A group of three that Ada owns, with a message of hers at 2, which the rows show; nobody listens yet. */
async function threePeople(): Promise<Scene> {
  const [ada, grace, linus, kay] = [
    await api().person(),
    await api().person(),
    await api().person(),
    await api().person(),
  ];
  const { uuid: groupId } = await ada.createGroup('Three', [grace.handle, linus.handle]);
  await stream.tellsOf(await ada.send({ message: 'Hello', message_group_uuid: groupId }));
  stream.hold();
  return { ada, grace, linus, kay, groupId };
}

/** The message that tells of a change of the group. */
async function newestOf(person: Caller, groupId: string): Promise<MessageAnswer> {
  const newest = (await person.history(groupId, '?limit=1'))[0];
  if (!newest) throw new Error('the group has messages');
  return newest;
}

const pathOf = ({ groupId }: Scene) => `/api/message_groups/${groupId}`;
const remove = async (actor: Caller, scene: Scene, gone: Caller) =>
  expect(await actor.delete(`${pathOf(scene)}/members/@${gone.handle}`)).toMatchObject({ status: 204 });

interface Case {
  /** Does it, and answers with the message that tells of it, as the caller sees it. */
  readonly act: (scene: Scene) => Promise<MessageAnswer>;
  /** What is told by whoever made the change … */
  readonly fast: Readonly<Record<'ada' | 'grace' | 'linus' | 'kay', readonly string[]>>;
  /** … and what comes of the stream's handler after that. */
  readonly sure: Case['fast'];
  /** What somebody hears who only came in between. */
  readonly late: Case['fast'];
}

const ROW_OF_NEWCOMER = 'row 3, read 3, unread 0 of Three';
const NOTHING: Case['fast'] = { ada: [], grace: [], linus: [], kay: [] };
const all = (...told: string[]): Case['fast'] => ({ ada: told, grace: told, linus: told, kay: [] });
const inTrio = (...before: string[]): Case['fast'] => ({
  ...all(...before, 'row 3, read 1, unread 1 of Trio'),
  ada: [...before, 'row 3, read 2, unread 0 of Trio'],
});

const CASES: Readonly<Record<string, Case>> = {
  'a message': {
    act: ({ ada, groupId }) => ada.send({ message: 'Again', message_group_uuid: groupId }, 'key'),
    fast: all('message 3.0'),
    sure: NOTHING,
    late: all('message 3.0'),
  },
  'an edit of the newest message': {
    act: async ({ ada, groupId }) =>
      ok(await ada.patch(`/api/messages/${groupId}/2`, { message: 'Other words' })) as MessageAnswer,
    fast: all('message 2.1'),
    sure: all('change'),
    late: all('message 2.1', 'change'),
  },
  'a deletion': {
    act: async ({ ada, groupId }) => ok(await ada.delete(`/api/messages/${groupId}/2`)) as MessageAnswer,
    fast: all('message 2.1'),
    // Clients fetch counts with it, which are up to date from then on.
    sure: all('change'),
    late: all('message 2.1', 'change'),
  },
  'another name': {
    act: async (scene) => {
      ok(await scene.ada.patch(pathOf(scene), { name: 'Trio' }));
      return newestOf(scene.ada, scene.groupId);
    },
    fast: inTrio('message 3.0'),
    sure: NOTHING,
    late: inTrio('message 3.0'),
  },
  'another role': {
    act: async (scene) => {
      ok(await scene.ada.patch(`${pathOf(scene)}/members/@${scene.grace.handle}`, { role: 'admin' }));
      return newestOf(scene.ada, scene.groupId);
    },
    fast: all('message 3.0'),
    sure: NOTHING,
    late: all('message 3.0'),
  },
  'a new member, who receives everything from then on': {
    act: async (scene) => {
      ok(await scene.ada.post(`${pathOf(scene)}/members`, { handle: scene.kay.handle }));
      return newestOf(scene.ada, scene.groupId);
    },
    fast: { ...all('message 3.0'), kay: [ROW_OF_NEWCOMER, 'message 3.0'] },
    sure: NOTHING,
    late: { ...all('message 3.0'), kay: [ROW_OF_NEWCOMER, 'message 3.0'] },
  },
  'a removal, after which the removed user receives nothing': {
    act: async (scene) => {
      await remove(scene.ada, scene, scene.grace);
      return newestOf(scene.ada, scene.groupId);
    },
    fast: { ...all('message 3.0'), grace: ['left'] },
    sure: NOTHING,
    late: { ...all('message 3.0'), grace: ['left'] },
  },
  leaving: {
    act: async (scene) => {
      await remove(scene.grace, scene, scene.grace);
      return newestOf(scene.ada, scene.groupId);
    },
    fast: { ...all('message 3.0'), grace: ['left'] },
    sure: NOTHING,
    late: { ...all('message 3.0'), grace: ['left'] },
  },
};

const PEOPLE = ['ada', 'grace', 'linus', 'kay'] as const;

/** Opens a stream for each. */
async function listenAll(scene: Scene): Promise<Map<(typeof PEOPLE)[number], Device>> {
  const opened = new Map<(typeof PEOPLE)[number], Device>();
  for (const name of PEOPLE) opened.set(name, await listen(scene[name]));
  return opened;
}

const talesOf = (opened: ReadonlyMap<string, Device>, from?: Case['fast']) =>
  Object.fromEntries(
    PEOPLE.map((name) => {
      const device = opened.get(name);
      return [name, device ? tale(device, from?.[name].length) : []];
    }),
  );

describe('what is told of', () => {
  it.each(Object.entries(CASES))('%s', async (_what, { act, fast, sure, late }) => {
    const scene = await threePeople();
    const [first, second] = [await listenAll(scene), await listenAll(scene)];
    const answer = await act(scene);
    await settled(scene);
    expect(talesOf(first)).toEqual(fast);
    expect(talesOf(second)).toEqual(fast);

    const came = await listenAll(scene);
    await stream.tellsOf(answer);
    await settled(scene);
    expect(talesOf(first, fast)).toEqual(sure);
    expect(talesOf(second, fast)).toEqual(sure);
    expect(talesOf(came)).toEqual(late);

    // The answer, the fast event and the sure one are one message, whose key only its author sees.
    const own = asEvent(answer);
    const shown: Partial<MessageAnswer> = { ...own };
    delete shown.client_key;
    for (const opened of [first, second, came]) {
      const [adas, linuses] = ['ada', 'linus'].map((name) => messagesOf(deviceOf(opened, name)));
      expect(adas).toEqual(adas?.map(() => own));
      expect(linuses).toEqual(linuses?.map(() => shown));
    }
  });
});

function deviceOf(opened: ReadonlyMap<string, Device>, name: string): Device {
  const device = opened.get(name);
  if (!device) throw new Error(`${name} listens`);
  return device;
}

it('a read mark is told to the devices of its reader, and to nobody else', async () => {
  const scene = await threePeople();
  const [first, second] = [await listenAll(scene), await listenAll(scene)];
  await scene.grace.markRead(scene.groupId, 2);
  await settled(scene);
  const told = { ada: [], grace: ['row 2, read 2, unread 0 of Three'], linus: [], kay: [] };
  expect([talesOf(first), talesOf(second)]).toEqual([told, told]);
});

it('a new group is published to all of its members: the row, after which a client fetches the first page', async () => {
  const [ada, grace, kay] = [await api().person(), await api().person(), await api().person()];
  const [adas, graces, kays] = [await listen(ada), await listen(grace), await listen(kay)];
  const { uuid } = await ada.createGroup('Two', [grace.handle]);
  const delivered = () =>
    allTold(api().context.events, devices, [{ groupId: uuid, members: [ada.userId, grace.userId] }]);
  await delivered();
  const row = 'row 1, read 1, unread 0 of Two';
  // The message was published before the group's channel stood.
  expect([adas, graces, kays].map((device) => tale(device))).toEqual([[row], [row], []]);
  const late = await listen(grace);
  await stream.tellsOf(await newestOf(ada, uuid));
  stream.hold();
  await delivered();
  const again = ['message 1.0'];
  expect([adas, graces, kays].map((device) => tale(device, 1))).toEqual([again, again, []]);
  expect(tale(late)).toEqual([row, 'message 1.0']);
});

it('the first message to somebody is told to both, with the conversation it opens', async () => {
  const [ada, grace] = [await api().person(), await api().person()];
  const [adas, graces] = [await listen(ada), await listen(grace)];
  const answer = await ada.send({ handle: grace.handle, message: 'Hello' }, 'key');
  const { events } = api().context;
  await allTold(events, devices);
  expect(tale(adas)).toEqual(['row 1, read 1, unread 0', 'message 1.0']);
  expect(tale(graces)).toEqual(['row 1, read 0, unread 1', 'message 1.0']);
  const late = await listen(grace);
  await stream.tellsOf(answer);
  stream.hold();
  await allTold(events, devices);
  expect(tale(late)).toEqual(['row 1, read 0, unread 1', 'message 1.0']);
  expect(messagesOf(adas)).toEqual([asEvent(answer)]);
});

it('an owner who leaves is told so, and the others of the one who follows', async () => {
  const scene = await threePeople();
  const opened = await listenAll(scene);
  await remove(scene.ada, scene, scene.ada);
  const { groupId, linus } = scene;
  await allTold(api().context.events, devices, [{ groupId, members: [linus.userId] }]);
  expect(talesOf(opened)).toEqual({
    ada: ['left'],
    grace: ['message 3.0'],
    linus: ['message 3.0'],
    kay: [],
  });
  const { members } = await scene.linus.group(scene.groupId);
  const owner = members.find(({ role }) => role === 'owner');
  expect(messagesOf(deviceOf(opened, 'linus'))).toMatchObject([
    { kind: 'system', event: { type: 'member_left', new_owner: { handle: owner?.handle } } },
  ]);
});
