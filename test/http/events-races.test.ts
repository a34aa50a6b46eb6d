import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { allTold, type Device, tale } from '../events/event-tale.ts';
import { type HeldStream, recording, startHeldStream } from '../events/held-stream.ts';
import type { Audience, Change } from '../../backend/events/changes.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';

/*
 * A user leaves or joins at the moment in which something is published: between the read of the membership and the
 * publication. One API does that, with its own network; the other one changes the group meanwhile.
 */

const api = useTestApi({ stream: true });
let flaky: FlakyEngine;
let slow: TestApi;
/** What the slow API has told. */
let told: readonly Change[];
let stream: HeldStream;
const devices: Device[] = [];

beforeAll(async () => {
  const { db, context, issuer } = api();
  flaky = await startFlakyEngine(db.endpoint);
  const { changes, publisher } = recording(context.events);
  told = changes;
  const { events, expiringStore } = context;
  slow = await startTestApi({
    table: db.through(flaky.endpoint),
    issuer,
    live: {
      expiringStore,
      events: {
        publish: (change) => publisher.publish(change),
        subscribe: (channel, listener) => events.subscribe(channel, listener),
        close: () => events.close(),
      },
    },
  });
  stream = await startHeldStream(db, events, flaky.endpoint);
});
afterAll(async () => {
  await stream.stop();
  await slow.stop();
  await flaky.close();
});
afterEach(() => {
  flaky.reset();
  stream.hold();
  for (const { reader } of devices.splice(0)) reader.close();
});

async function listen({ userId, token }: Caller): Promise<Device> {
  const reader = await readEvents(api().port, { token });
  const device = { userId, reader };
  devices.push(device);
  await reader.until('ready');
  return device;
}

/** Ada's group with Grace and Linus, all of whom the slow API knows; it says something there at 2. */
async function threePeople() {
  const [ada, grace, linus] = [await api().person(), await api().person(), await api().person()];
  const { uuid: groupId } = await ada.createGroup('Three', [grace.handle, linus.handle]);
  const slowly = linus.at(slow);
  const said = await slowly.send({ message: 'Hello', message_group_uuid: groupId });
  await stream.tellsOf(said);
  stream.hold();
  const say = () => slowly.send({ message: 'Again', message_group_uuid: groupId });
  const removeGrace = async () => {
    const answer = await ada.delete(`/api/message_groups/${groupId}/members/@${grace.handle}`);
    expect(answer).toMatchObject({ status: 204 });
  };
  return { ada, grace, linus, slowly, groupId, say, removeGrace };
}

/** Waits until all that was published is delivered, in the group too: Linus stays in it and has a stream. */
async function settled({
  linus,
  groupId,
}: {
  readonly linus: Caller;
  readonly groupId: string;
}): Promise<void> {
  if (devices.every(({ userId }) => userId !== linus.userId)) await listen(linus);
  await allTold(api().context.events, devices, [{ groupId, members: [linus.userId] }]);
}

/** The audience of what the slow API published: of a message, or of typing. */
function audienceOf(kind: 'message' | 'typing', seq?: number): Audience | undefined {
  return told
    .flatMap((change) => (change.kind === kind ? [change] : []))
    .findLast((change) => change.kind === 'typing' || change.message.seq === seq)?.to;
}

const isOf =
  (groupId: string) =>
  ({ body }: EngineRequest): boolean =>
    JSON.stringify(body).includes(`"GRP#${groupId}"`);

it('a message that was stored before a removal and is published after it', async () => {
  const scene = await threePeople();
  const { grace, groupId, say, removeGrace } = scene;
  const graces = await listen(grace);
  const stored = flaky.holdAnswer('PutItem');
  const saying = say();
  await stored.arrived;
  await removeGrace();
  stored.release();
  const { seq } = await saying;
  expect(seq).toBe(3);
  // It was for her too.
  expect(audienceOf('message', seq)).toEqual({ groupId, membershipSeq: 1 });
  await settled(scene);
  expect(tale(graces)).toEqual(['left']);
  expect(await grace.get(`/api/messages/${groupId}`)).toMatchObject({ status: 404 });
});

it('a message whose author read the membership before a removal, and that is stored after it', async () => {
  const scene = await threePeople();
  const { grace, linus, groupId, say, removeGrace } = scene;
  const [graces, linuses] = [await listen(grace), await listen(linus)];
  const put = flaky.hold('PutItem');
  const saying = say();
  await put.arrived;
  await removeGrace();
  put.release();
  const { seq } = await saying;
  expect(seq).toBe(4);
  expect(audienceOf('message', seq)).toEqual({ groupId, membershipSeq: 3 });
  await settled(scene);
  expect(tale(graces)).toEqual(['left']);
  expect(tale(linuses)).toEqual(['message 3.0', 'message 4.0']);
});

it('an edit whose author read the membership before a removal, and that is stored after it', async () => {
  const scene = await threePeople();
  const { grace, slowly, groupId, removeGrace } = scene;
  const graces = await listen(grace);
  const update = flaky.hold('UpdateItem');
  const editing = slowly.patch(`/api/messages/${groupId}/2`, { message: 'Only for those who are in' });
  await update.arrived;
  await removeGrace();
  update.release();
  ok(await editing);
  expect(audienceOf('message', 2)).toEqual({ groupId, membershipSeq: 1 });
  await settled(scene);
  expect(tale(graces)).toEqual(['left']);
});

it('typing of a user who read the membership before a removal', async () => {
  const scene = await threePeople();
  const { grace, slowly, groupId, removeGrace } = scene;
  const graces = await listen(grace);
  const read = flaky.holdAnswer('BatchGetItem', { where: isOf(groupId) });
  const typing = slowly.post(`/api/message_groups/${groupId}/typing`, undefined);
  await read.arrived;
  await removeGrace();
  read.release();
  expect(await typing).toMatchObject({ status: 204 });
  expect(audienceOf('typing')).toEqual({ groupId, membershipSeq: 1 });
  await settled(scene);
  expect(tale(graces)).toEqual(['left']);
});

it("the stream's handler that read the group before a removal", async () => {
  const scene = await threePeople();
  const { ada, grace, linus, groupId, removeGrace } = scene;
  const [graces, linuses] = [await listen(grace), await listen(linus)];
  const read = flaky.holdAnswer('GetItem', { where: isOf(groupId) });
  const sent = await ada.send({ message: 'Again', message_group_uuid: groupId });
  const telling = stream.tellsOf(sent);
  await read.arrived;
  const late = await listen(grace);
  await removeGrace();
  read.release();
  await telling;
  await settled(scene);
  expect(tale(graces)).toEqual(['message 3.0', 'left']);
  expect(tale(late)).toEqual(['left']);
  expect(tale(linuses)).toEqual(['message 3.0', 'message 4.0']);
});

it("the stream's handler that publishes an edit again after a removal", async () => {
  const scene = await threePeople();
  const { linus, grace, groupId, say, removeGrace } = scene;
  await stream.tellsOf(await say());
  stream.hold();
  const edit = { message: 'Other words' };
  const edited = ok(await linus.patch(`/api/messages/${groupId}/2`, edit)) as MessageAnswer;
  const graces = await listen(grace);
  const read = flaky.holdAnswer('GetItem', { where: isOf(groupId) });
  const telling = stream.tellsOf(edited);
  await read.arrived;
  await removeGrace();
  read.release();
  await telling;
  const meant = stream.changes.findLast(
    (change) => change.kind === 'versions' && change.versions.some(({ rev }) => rev === edited.rev),
  );
  expect(meant).toMatchObject({ to: { groupId, membershipSeq: 1 } });
  await settled(scene);
  expect(tale(graces)).toEqual(['left']);
});

it('a user who joined while a message was on its way receives it once they are a member', async () => {
  const scene = await threePeople();
  const { ada, linus, groupId, say } = scene;
  const kay = await api().person();
  const [kays, linuses] = [await listen(kay), await listen(linus)];
  const put = flaky.hold('PutItem');
  const saying = say();
  await put.arrived;
  ok(await ada.post(`/api/message_groups/${groupId}/members`, { handle: kay.handle }));
  put.release();
  const sent = await saying;
  await settled(scene);
  expect(tale(kays)).toEqual(['row 3, read 3, unread 0 of Three', 'message 3.0', 'message 4.0']);
  await stream.tellsOf(sent);
  await settled(scene);
  // Not once more.
  const messages = (device: Device) => tale(device).filter((line) => line.startsWith('message'));
  expect(messages(kays)).toEqual(['message 3.0', 'message 4.0']);
  expect(messages(linuses)).toEqual(['message 3.0', 'message 4.0']);
});

it('a user who was removed and comes back receives everything again, and nothing of in between', async () => {
  const scene = await threePeople();
  const { ada, grace, linus, groupId, say, removeGrace } = scene;
  const [graces] = [await listen(grace), await listen(linus)];
  await removeGrace();
  await say();
  ok(await ada.post(`/api/message_groups/${groupId}/members`, { handle: grace.handle }));
  const last = await say();
  await settled(scene);
  const row = 'row 5, read 5, unread 0 of Three';
  expect(tale(graces)).toEqual(['left', row, 'message 5.0', 'message 6.0']);
  await stream.tellsOf(last);
  await settled(scene);
  const later = tale(graces).slice(4);
  expect(later).not.toContain('left');
  // The handler does not repeat what her stream has. What she may read by now, it may.
  expect(later.filter((line) => /^message [56]/.test(line))).toEqual([]);
});
