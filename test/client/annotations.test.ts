import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../../client/src/api/api-error.ts';
import type { Reaction } from '../../client/src/api/shapes.ts';
import { Conversation } from '../../client/src/conversation/conversation.ts';
import { shown } from '../../client/src/conversation/log.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { FakeApi } from './fake-api.ts';
import { user } from './messages.ts';

const THUMB = '👍';
const HEART = '❤️';

let api: FakeApi;
let conversation: Conversation;

beforeEach(async () => {
  api = new FakeApi(3);
  for (const seq of [1, 2, 3]) api.log[seq - 1] = { ...api.annotate(seq, {}), pinned: false };
  api.changes.length = 0;
  conversation = new Conversation({
    uuid: 'group',
    me: 'me',
    api,
    device: { pause: () => Promise.resolve(true), storage: noStorage(), isClosed: () => false },
  });
  await conversation.open({ last_seq: 3, read_seq: 3, unread_count: 0 });
});

function noStorage() {
  return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined, keys: () => [] };
}

/** The reactions to the last message as they are shown: `👍2*` are two, one of them the user's. */
function reactions(): string[] {
  return (shown(conversation.log).at(-1)?.reactions ?? []).map(
    ({ emoji, count, reacted }) => `${emoji}${count}${reacted ? '*' : ''}`,
  );
}

const pins = (): number[] => shown(conversation.log).flatMap(({ seq, pinned }) => (pinned ? [seq] : []));

/** Waits until an expectation is met. */
const seen = (check: () => void): Promise<void> =>
  eventually(() => {
    check();
    return Promise.resolve();
  });

/** Of others, and of the user. */
const of = (emoji: string, count: number, reacted = false): Reaction => ({ emoji, count, reacted });

/** An event of the last message, with the users that it names. */
function event(emoji: string, count: number, ...names: string[]): void {
  conversation.annotations.tookReactions(3, [{ emoji, count, users: names.map(user) }]);
}

describe("the user's own reaction", () => {
  it('is shown at once, and stays when it is stored', async () => {
    const stored = conversation.annotations.react(3, THUMB, true);
    expect(reactions()).toEqual(['👍1*']);
    await stored;
    expect(reactions()).toEqual(['👍1*']);
    expect(conversation.log.reacting).toEqual([]);
  });

  it('is shown as it was when it cannot be stored', async () => {
    event(THUMB, 1, 'grace');
    api.faults.push({ error: new ApiError(422, ['reactions_full']) });
    const stored = conversation.annotations.react(3, THUMB, true);
    expect(reactions()).toEqual(['👍2*']);
    await expect(stored).rejects.toThrow('reactions_full');
    expect(reactions()).toEqual(['👍1']);
  });

  it('is added and taken back in the order of the presses, by one request at a time', async () => {
    const held = deferred<undefined>();
    api.hold = () => held.promise;
    const first = conversation.annotations.react(3, THUMB, true);
    await seen(() => expect(api.changes).toHaveLength(1));
    void conversation.annotations.react(3, THUMB, false);
    void conversation.annotations.react(3, THUMB, true);
    const last = conversation.annotations.react(3, THUMB, false);
    expect(reactions()).toEqual([]);
    expect(api.changes).toHaveLength(1);
    held.resolve(undefined);
    await Promise.all([first, last]);
    expect(api.log[2]?.reactions).toEqual([]);
    expect(api.changes).toHaveLength(2);
    expect(reactions()).toEqual([]);
  });

  it('is counted once when its event arrives before the response', async () => {
    api.hold = () => {
      event(THUMB, 1, 'me');
      return Promise.resolve();
    };
    await conversation.annotations.react(3, THUMB, true);
    expect(reactions()).toEqual(['👍1*']);
  });

  it('stays when an event of another user arrives before the response', async () => {
    api.hold = () => {
      event(HEART, 1, 'grace');
      return Promise.resolve();
    };
    await conversation.annotations.react(3, THUMB, true);
    expect(reactions()).toEqual(['❤️1', '👍1*']);
  });

  it('stays in an event that names only some of the users', async () => {
    await conversation.annotations.react(3, THUMB, true);
    event(THUMB, 12, ...Array.from({ length: 10 }, (_, place) => `u${place}`));
    expect(reactions()).toEqual(['👍12*']);
    event(THUMB, 1, 'grace');
    expect(reactions()).toEqual(['👍1']);
  });
});

describe('reactions and pins without a version', () => {
  it('are those of the later event', () => {
    event(THUMB, 1, 'grace');
    event(THUMB, 2, 'grace', 'alan');
    expect(reactions()).toEqual(['👍2']);
    conversation.annotations.tookPins([1, 3]);
    conversation.annotations.tookPins([3]);
    expect(pins()).toEqual([3]);
  });

  it('are those of the event, where a response was asked for before it', async () => {
    api.annotate(3, { reactions: [of(HEART, 1)] });
    api.annotate(1, { pinned: true });
    const held = deferred<undefined>();
    api.hold = () => (api.changePages.length > 0 ? held.promise : Promise.resolve());
    const refreshed = conversation.refresh();
    await seen(() => expect(api.changePages).toHaveLength(1));
    event(THUMB, 1, 'grace');
    conversation.annotations.tookPins([2]);
    held.resolve(undefined);
    await refreshed;
    expect(reactions()).toEqual(['👍1']);
    expect(pins()).toEqual([2]);
  });

  it('are those of a response that was asked for after the event', async () => {
    event(THUMB, 1, 'grace');
    conversation.annotations.tookPins([2]);
    api.annotate(3, { reactions: [of(THUMB, 1), of(HEART, 2)] });
    api.annotate(1, { pinned: true });
    api.annotate(2, { pinned: false });
    await conversation.refresh();
    expect(reactions()).toEqual(['👍1', '❤️2']);
    expect(pins()).toEqual([1]);
  });

  it('stay when a message is edited, and go when it is deleted', () => {
    event(THUMB, 1, 'grace');
    conversation.annotations.tookPins([3]);
    const { reactions: _, pinned: __, ...edited } = api.change(3, { message: 'edited' });
    conversation.take([edited]);
    expect(reactions()).toEqual(['👍1']);
    expect(pins()).toEqual([3]);
    conversation.take([api.change(3, { message: null, deleted_at: 'now', reactions: [], pinned: false })]);
    event(THUMB, 1, 'grace');
    conversation.annotations.tookPins([3]);
    expect(reactions()).toEqual([]);
    expect(pins()).toEqual([]);
  });

  it('keep their places when others come', () => {
    conversation.annotations.tookReactions(3, [{ emoji: THUMB, count: 1, users: [user('grace')] }]);
    conversation.annotations.tookReactions(3, [
      { emoji: HEART, count: 2, users: [user('grace'), user('alan')] },
      { emoji: THUMB, count: 1, users: [user('grace')] },
    ]);
    expect(reactions()).toEqual(['👍1', '❤️2']);
  });
});

describe('a change that events brought', () => {
  it('is not fetched', () => {
    const before = api.changePages.length;
    event(THUMB, 1, 'grace');
    conversation.takeChange({ number: 1, seqs: [3] });
    conversation.annotations.tookPins([2]);
    conversation.takeChange({ number: 2, seqs: [2] });
    expect(api.changePages).toHaveLength(before);
  });

  it('is not fetched for a pin of the user, whichever arrives first', async () => {
    await conversation.annotations.pin(2, true);
    conversation.annotations.tookPins([2]);
    conversation.takeChange({ number: 1, seqs: [2] });
    expect(pins()).toEqual([2]);
    api.hold = () => {
      conversation.annotations.tookPins([2, 3]);
      conversation.takeChange({ number: 2, seqs: [3] });
      return Promise.resolve();
    };
    await conversation.annotations.pin(3, true);
    expect(pins()).toEqual([2, 3]);
    expect(api.changePages).toEqual([]);
  });

  it('is fetched when the event was missed', async () => {
    api.annotate(3, { reactions: [of(THUMB, 1)] });
    conversation.takeChange({ number: 1, seqs: [3] });
    await seen(() => expect(reactions()).toEqual(['👍1']));
  });
});
