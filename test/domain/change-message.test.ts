import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteMessage, editMessage } from '../../backend/domain/change-message.ts';
import { UnprocessableError } from '../../backend/errors.ts';
import { type ChannelEvent, userChannel } from '../../backend/events/changes.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { newDirectId, newUserId } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* Edits and deletions that the SDK repeats, because the first answer was lost. */

const db = useTestTable();
const NOW = Date.parse('2026-01-02T03:04:05.006Z');
let flaky: FlakyEngine;
/** Two processes on one table, whose clocks may differ: the first reaches it through the flaky engine. */
let here: Wiring;
let aheadMs = 0;
let there: Wiring;

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  here = wire({ table: db().through(flaky.endpoint), clock: () => new Date(NOW) });
  there = db().newContext({ clock: () => new Date(NOW + aheadMs) });
});
afterEach(() => flaky.reset());
afterAll(async () => {
  await flaky.close();
});

describe('an edit whose first answer was lost', () => {
  it.each([0, 1, 5_000, -5_000])(
    'does not win against an edit in between, by a process whose clock is %d ms ahead: rev counts two for two',
    async (ahead) => {
      const message = await startMessage();
      aheadMs = ahead;
      flaky.loseAnswer('UpdateItem');
      flaky.before('UpdateItem', () => editMessage(there, message, 'between'));
      expect(await editMessage(here, message, 'first')).toMatchObject({ rev: 2, message: 'between' });
      expect(await stored(message)).toMatchObject({ rev: 2, message: 'between' });
    },
  );

  it('is one edit where nothing comes in between', async () => {
    const message = await startMessage();
    flaky.loseAnswer('UpdateItem');
    expect(await editMessage(here, message, 'first')).toMatchObject({ rev: 1, message: 'first' });
    expect(await stored(message)).toMatchObject({ rev: 1, message: 'first' });
    expect(flaky.count('UpdateItem')).toBe(2);
  });

  it('does not bring back a message that was deleted in between', async () => {
    const message = await startMessage();
    flaky.loseAnswer('UpdateItem');
    flaky.before('UpdateItem', () => deleteMessage(there, message));
    await expect(editMessage(here, message, 'first')).rejects.toThrow(UnprocessableError);
    expect(await stored(message)).toMatchObject({ rev: 2, message: null });
  });
});

describe('an edit', () => {
  it('follows an earlier one by a process whose clock is ahead, with a time right after it', async () => {
    const message = await startMessage();
    aheadMs = 60_000;
    await editMessage(there, message, 'first');
    const second = await editMessage(here, message, 'second');
    const edited_at = new Date(NOW + 60_001).toISOString();
    expect(second).toMatchObject({ rev: 2, message: 'second', edited_at });
    expect(await stored(message)).toEqual(second);
  });

  it('follows one that comes between its request and its write', async () => {
    const message = await startMessage();
    aheadMs = 0;
    flaky.before('UpdateItem', () => editMessage(there, message, 'first'));
    expect(await editMessage(here, message, 'second')).toMatchObject({ rev: 2, message: 'second' });
  });

  it('of many at once, through two processes, is one of as many revisions', async () => {
    const message = await startMessage();
    aheadMs = 1_000;
    const texts = upTo(8).map((n) => `text ${n}`);
    const edits = await Promise.all(
      texts.map((text, place) => editMessage(place % 2 === 0 ? here : there, message, text)),
    );
    expect(edits.map(({ rev }) => rev).sort()).toEqual(upTo(8));
    const last = edits.find(({ rev }) => rev === 8);
    expect(await stored(message)).toEqual(last);
  });

  it('to the same text changes nothing, and is not published', async () => {
    const message = await startMessage();
    const edited = await editMessage(here, message, 'first');
    const published = listen(message.userId);
    expect(await editMessage(here, message, 'first')).toEqual(edited);
    expect(await stored(message)).toEqual(edited);
    expect(published).toEqual([]);
    await editMessage(here, message, 'second');
    expect(published).toHaveLength(1);
  });
});

describe('a deletion', () => {
  it('whose first answer was lost is one deletion', async () => {
    const message = await startMessage();
    flaky.loseAnswer('UpdateItem');
    const gone = await deleteMessage(here, message);
    expect(gone).toMatchObject({ rev: 1, message: null, deleted_at: expect.any(String) });
    expect(await stored(message)).toEqual(gone);
    expect(flaky.count('UpdateItem')).toBe(2);
  });

  it('that is repeated responds with the same tombstone, and is not published again', async () => {
    const message = await startMessage();
    await editMessage(here, message, 'edited');
    const gone = await deleteMessage(here, message);
    const published = listen(message.userId);
    for (const process of [here, there]) expect(await deleteMessage(process, message)).toEqual(gone);
    expect(gone.rev).toBe(2);
    expect(published).toEqual([]);
  });
});

interface Sent {
  readonly groupId: string;
  readonly seq: number;
  readonly userId: string;
}

/** A message of a user who is new, in a direct group. */
async function startMessage(): Promise<Sent> {
  aheadMs = 0;
  const [userId, groupId] = [newUserId(), newDirectId()];
  await addGroup(db().table, { groupId, userIds: [userId, 'grace'] });
  return { groupId, seq: 1, userId };
}

const stored = ({ groupId, seq }: Sent) => there.messages.find(groupId, seq);

/** What is published to a user's devices from now on. */
function listen(userId: string): ChannelEvent[] {
  const published: ChannelEvent[] = [];
  here.events.subscribe(userChannel(userId), (event) => {
    if (event.kind !== 'ready') published.push(event);
  });
  return published;
}
