import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { allTold, type Device, tale } from '../events/event-tale.ts';
import { type HeldStream, recording, startHeldStream } from '../events/held-stream.ts';
import type { Change } from '../../backend/events/changes.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { type EngineRequest, type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';

/*
 * Somebody leaves or joins in just the moment in which something is told: between the read of who is to hear of it and
 * the telling. One API does that, with a network of its own; the other one changes the group meanwhile.
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
        subscribe: (userId, listener) => events.subscribe(userId, listener),
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

const settled = () => allTold(api().context.events, devices);

/** To whom the slow API told of a message, or of typing. */
function receiversOf(kind: 'message' | 'typing', seq?: number): readonly string[] | undefined {
  return told
    .flatMap((change) => (change.kind === kind ? [change] : []))
    .findLast((change) => change.kind === 'typing' || change.message.seq === seq)?.to;
}

const isOf =
  (groupId: string) =>
  ({ body }: EngineRequest): boolean =>
    JSON.stringify(body).includes(`"GRP#${groupId}"`);

it('a message that was stored before a removal and is told after it', async () => {
  const { grace, groupId, say, removeGrace } = await threePeople();
  const graces = await listen(grace);
  const stored = flaky.holdAnswer('PutItem');
  const saying = say();
  await stored.arrived;
  await removeGrace();
  stored.release();
  const { seq } = await saying;
  // It was meant for her too.
  expect(receiversOf('message', seq)).toContain(grace.userId);
  await settled();
  expect(tale(graces)).toEqual(['left']);
  expect(seq).toBe(3);
  expect(await grace.get(`/api/messages/${groupId}`)).toMatchObject({ status: 404 });
});

it('a message whose author read the members before a removal, and that is stored after it', async () => {
  const { grace, linus, say, removeGrace } = await threePeople();
  const [graces, linuses] = [await listen(grace), await listen(linus)];
  const put = flaky.hold('PutItem');
  const saying = say();
  await put.arrived;
  await removeGrace();
  put.release();
  const { seq } = await saying;
  expect(seq).toBe(4);
  expect(receiversOf('message', seq)).not.toContain(grace.userId);
  await settled();
  expect(tale(graces)).toEqual(['left']);
  expect(tale(linuses).filter((line) => line.startsWith('message'))).toEqual(['message 3.0', 'message 4.0']);
});

it('an edit whose author read the members before a removal, and that is stored after it', async () => {
  const { grace, slowly, groupId, removeGrace } = await threePeople();
  const graces = await listen(grace);
  const update = flaky.hold('UpdateItem');
  const editing = slowly.patch(`/api/messages/${groupId}/2`, { message: 'Only for those who are in' });
  await update.arrived;
  await removeGrace();
  update.release();
  ok(await editing);
  expect(receiversOf('message', 2)).toContain(grace.userId);
  await settled();
  expect(tale(graces)).toEqual(['left']);
});

it('typing of somebody who read the members before a removal', async () => {
  const { grace, slowly, groupId, removeGrace } = await threePeople();
  const graces = await listen(grace);
  const read = flaky.holdAnswer('Query', { where: isOf(groupId) });
  const typing = slowly.post(`/api/message_groups/${groupId}/typing`, undefined);
  await read.arrived;
  await removeGrace();
  read.release();
  expect(await typing).toMatchObject({ status: 204 });
  expect(receiversOf('typing')).toContain(grace.userId);
  await settled();
  expect(tale(graces)).toEqual(['left']);
});

it("the stream's handler that read the members before a removal", async () => {
  const { ada, grace, linus, groupId, removeGrace } = await threePeople();
  const [graces, linuses] = [await listen(grace), await listen(linus)];
  const read = flaky.holdAnswer('Query', { where: isOf(groupId) });
  const sent = await ada.send({ message: 'Again', message_group_uuid: groupId });
  const telling = stream.tellsOf(sent);
  await read.arrived;
  const late = await listen(grace);
  await removeGrace();
  read.release();
  await telling;
  const meant = stream.changes.findLast(
    (change) => change.kind === 'message' && change.message.message_uuid === sent.uuid,
  );
  // Her row was gone when its summary was to be written.
  expect(meant).toMatchObject({ to: expect.not.arrayContaining([grace.userId]) as unknown });
  await settled();
  expect(tale(graces)).toEqual(['message 3.0', 'left']);
  expect(tale(late)).toEqual(['left']);
  expect(tale(linuses)).toContain('message 3.0');
});

it("the stream's handler that has nothing to write, and tells after a removal", async () => {
  const { linus, grace, groupId, say, removeGrace } = await threePeople();
  await stream.tellsOf(await say());
  stream.hold();
  const edit = { message: 'Other words' };
  const edited = ok(await linus.patch(`/api/messages/${groupId}/2`, edit)) as MessageAnswer;
  const graces = await listen(grace);
  const read = flaky.holdAnswer('Query', { where: isOf(groupId) });
  const telling = stream.tellsOf(edited);
  await read.arrived;
  await removeGrace();
  read.release();
  await telling;
  const meant = stream.changes.findLast(
    (change) => change.kind === 'message' && change.message.rev === edited.rev,
  );
  expect(meant).toMatchObject({ to: expect.arrayContaining([grace.userId]) as unknown });
  await settled();
  expect(tale(graces)).toEqual(['left']);
});

it('somebody who joined while a message was on its way hears of it once they are in', async () => {
  const { ada, linus, groupId, say } = await threePeople();
  const kay = await api().person();
  const [kays, linuses] = [await listen(kay), await listen(linus)];
  const put = flaky.hold('PutItem');
  const saying = say();
  await put.arrived;
  ok(await ada.post(`/api/message_groups/${groupId}/members`, { handle: kay.handle }));
  put.release();
  const sent = await saying;
  await settled();
  expect(tale(kays)).toEqual(['row 3, read 3, unread 0 of Three', 'message 3.0', 'message 4.0']);
  await stream.tellsOf(sent);
  await settled();
  // Not once more.
  const messages = (device: Device) => tale(device).filter((line) => line.startsWith('message'));
  expect(messages(kays)).toEqual(['message 3.0', 'message 4.0']);
  expect(messages(linuses)).toEqual(['message 3.0', 'message 4.0']);
});

it('somebody who was removed and comes back hears everything again, and nothing of in between', async () => {
  const { ada, grace, groupId, say, removeGrace } = await threePeople();
  const graces = await listen(grace);
  await removeGrace();
  await say();
  ok(await ada.post(`/api/message_groups/${groupId}/members`, { handle: grace.handle }));
  const last = await say();
  await settled();
  const row = 'row 5, read 5, unread 0 of Three';
  expect(tale(graces)).toEqual(['left', row, 'message 5.0', 'message 6.0']);
  await stream.tellsOf(last);
  await settled();
  expect(tale(graces).slice(4)).not.toContain('left');
  expect(tale(graces).at(-1)).toMatch(/^(row 6|message 4)/);
});
