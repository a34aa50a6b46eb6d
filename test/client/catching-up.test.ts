import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../../client/src/api/shapes.ts';
import { Conversation } from '../../client/src/conversation/conversation.ts';
import type { LoggedChange } from '../../client/src/stream/events.ts';
import { shown } from '../../client/src/conversation/log.ts';
import { memoryTexts } from '../../client/src/stored/text-storage.ts';
import { eventually } from '../support/eventually.ts';
import { FakeApi } from './fake-api.ts';

/** More than a client opens at once, and than the API's longest page. */
const LENGTH = 230;

/** Most messages reply to one that is far away, and some to one that is shown with them. */
function originalOf(seq: number): number | undefined {
  if (seq % 10 === 0) return seq - 2;
  return seq > 100 ? seq - 100 : undefined;
}

type Publication =
  | { readonly message: Message; readonly change?: never }
  | { readonly change: LoggedChange; readonly message?: never };

/** A conversation of a client, and its API. Events, responses, pauses and the table's stream move when the test says so. */
class Scene {
  readonly api: FakeApi;
  readonly conversation: Conversation;
  readonly #waiting: (() => void)[] = [];
  /** Written, and not yet processed by the stream's handler: without a change number and a second event. */
  readonly #unprocessed: Message[] = [];
  readonly #publications: Publication[] = [];
  /** What the current event stream has delivered. */
  readonly #delivered = new Set<string>();
  #isLive = true;
  #isLeft = false;

  constructor(length = LENGTH) {
    this.api = new FakeApi(length, originalOf);
    const wait = () => new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.api.hold = wait;
    this.api.maxBehind = 4;
    this.api.changesLimit = 2;
    this.api.onChange = () => undefined;
    this.conversation = new Conversation({
      uuid: 'group',
      me: 'me',
      api: this.api,
      device: {
        pause: wait,
        isClosed: () => false,
        storage: {
          getItem: () => null,
          setItem: () => undefined,
          removeItem: () => undefined,
          keys: () => [],
        },
      },
    });
  }

  async open(isFar: boolean): Promise<void> {
    const position = isFar ? { read_seq: 60, unread_count: 170 } : { read_seq: LENGTH, unread_count: 0 };
    this.#isLeft = false;
    void this.conversation.open({ last_seq: LENGTH, ...position });
    await turn();
  }

  leave(): void {
    this.#isLeft = true;
    this.conversation.leave();
  }

  write(seq: number, text: string | null | undefined): void {
    if (text === undefined) this.#store(this.api.append());
    else if (this.api.log[seq - 1]?.deleted_at === null) {
      this.#store(
        this.api.change(seq, text === null ? { message: null, deleted_at: 'now' } : { message: text }),
      );
    }
  }

  process(): void {
    const written = this.#unprocessed.splice(0);
    const changed = written.filter(({ rev }) => rev > 0);
    const changes = changed.map(({ seq }) => ({ number: this.api.changes.push(seq), seqs: [seq] }));
    this.#publish(written.map((message) => ({ message: this.api.shown(message) })));
    this.#publish(changes.map((change) => ({ change })));
  }

  receive(place = 0): void {
    const next = this.#next(place);
    if (next?.change) this.conversation.takeChange(next.change);
    if (next?.message) this.conversation.take([next.message]);
  }

  /** The edit or deletion is lost that would come next, in both of its publications. */
  lose(place = 0): void {
    const next = this.#publications[place % Math.max(1, this.#publications.length)];
    if (next?.message && next.message.rev > 0) this.#next(place);
  }

  #next(place: number): Publication | undefined {
    const [next] = this.#publications.splice(place % Math.max(1, this.#publications.length), 1);
    if (!next?.message) return next;
    const version = `${next.message.seq}.${next.message.rev}`;
    if (this.#delivered.has(version)) return undefined;
    this.#delivered.add(version);
    return next;
  }

  /** Ends a wait: of a response, or before the next attempt. */
  async respond(place = 0): Promise<void> {
    this.#waiting.splice(place % Math.max(1, this.#waiting.length), 1)[0]?.();
    await turn();
  }

  disconnect(isReachable: boolean): void {
    this.#isLive = false;
    this.api.isReachable = isReachable;
    this.#publications.length = 0;
    this.#delivered.clear();
  }

  async reconnect(): Promise<void> {
    if (this.#isLive) return;
    this.#isLive = true;
    this.api.isReachable = true;
    void this.conversation.refresh();
    await turn();
  }

  async settle(): Promise<void> {
    await this.reconnect();
    this.process();
    while (this.#publications.length > 0) this.receive();
    if (this.#isLeft) await this.open(false);
    for (let turns = 0; this.#waiting.length > 0; turns += 1) {
      if (turns > 1_000) throw new Error('it never ends');
      await this.respond();
    }
  }

  /** What the client shows, and what the log has there. */
  compare(): { readonly held: Message[]; readonly stored: Message[] } {
    const { log } = this.conversation;
    const stored = this.api.log.slice(Math.max(0, log.low - 1), log.high);
    const complete = (message: Message): Message => ({ reactions: [], pinned: false, ...message });
    return {
      held: shown(log).map(complete),
      stored: stored.map((message) => complete(this.api.shown(message))),
    };
  }

  #store(message: Message): void {
    this.#unprocessed.push(message);
    this.#publish([{ message: this.api.shown(message) }]);
  }

  #publish(publications: readonly Publication[]): void {
    if (this.#isLive) this.#publications.push(...publications);
  }
}

const turn = () => new Promise(setImmediate);

/** A client with the newest messages, or with those around an old read mark. */
async function opened(isFar = false, length = LENGTH): Promise<Scene> {
  const scene = new Scene(length);
  await scene.open(isFar);
  await scene.settle();
  return scene;
}

describe('Catching up', () => {
  it('asks for the changes after the page that was loaded, page by page, and reads no message again', async () => {
    const scene = await opened();
    scene.disconnect(false);
    for (const seq of [200, 220, 230]) scene.write(seq, `edit of ${seq}`);
    scene.write(0, undefined);
    scene.process();
    scene.api.pages.length = 0;
    await scene.settle();
    expect(scene.api.pages).toEqual([{ after: LENGTH, limit: 100 }]);
    expect(scene.api.changePages).toEqual([0, 2]);
    const { held, stored } = scene.compare();
    expect(held).toEqual(stored);
    expect(held).toHaveLength(51);
    // The next time it begins there.
    scene.disconnect(false);
    await scene.settle();
    expect(scene.api.changePages.at(-1)).toBe(3);
  });

  it('reads again what it shows when too much was changed', async () => {
    const scene = await opened();
    scene.disconnect(false);
    for (const seq of [181, 190, 200, 210, 230]) scene.write(seq, null);
    scene.process();
    await scene.settle();
    const { held, stored } = scene.compare();
    expect(held).toEqual(stored);
    expect(scene.conversation.log.low).toBe(181);
    scene.disconnect(false);
    await scene.settle();
    expect(scene.api.changePages.at(-1)).toBe(5);
  });

  it('reads the number of the newest change first where it opens in the middle', async () => {
    const scene = await opened(true);
    expect(scene.api.pages.map(({ around, limit }) => around ?? limit)).toEqual([1, 60]);
    scene.disconnect(true);
    scene.write(60, 'edited');
    scene.process();
    await scene.settle();
    expect(scene.api.changePages).toEqual([0]);
    expect(scene.compare().held.find(({ seq }) => seq === 60)?.message).toBe('edited');
  });

  it('has the changes of older pages that were loaded before', async () => {
    const scene = await opened();
    scene.write(200, 'first');
    scene.process();
    void scene.conversation.loadOlder();
    await scene.settle();
    scene.disconnect(true);
    scene.write(100, null);
    scene.process();
    await scene.settle();
    expect(scene.compare().held.find(({ seq }) => seq === 100)?.deleted_at).toBe('now');
  });

  it('begins after the lowest number of its pages, though a later page has a higher one', async () => {
    const scene = await opened();
    scene.disconnect(true);
    scene.write(230, 'edited');
    scene.process();
    void scene.conversation.loadOlder();
    for (let count = 0; count < 5; count += 1) await scene.respond();
    expect(scene.conversation.log.low).toBe(81);
    await scene.settle();
    expect(scene.api.changePages).toEqual([0]);
    expect(scene.compare().held.at(-1)?.message).toBe('edited');
  });

  it('forgets what it does not show, which it would not read again', async () => {
    const scene = await opened(true, 500);
    // The message after the 300 that it reads at once.
    const seq = scene.conversation.log.high + 301;
    scene.write(seq, 'first');
    scene.receive();
    scene.disconnect(true);
    for (const text of ['2', '3', '4', '5', 'last']) scene.write(seq, text);
    scene.process();
    await scene.settle();
    expect(scene.conversation.log.high).toBe(seq - 1);
    void scene.conversation.loadNewer();
    await scene.settle();
    expect(scene.compare().held.find((message) => message.seq === seq)?.message).toBe('last');
  });

  it('also has what was changed before a page arrived that was requested before the interruption', async () => {
    const scene = await opened();
    void scene.conversation.loadOlder();
    await turn();
    scene.disconnect(true);
    scene.write(100, 'edited');
    scene.process();
    await scene.reconnect();
    // The requests after the interruption are answered first.
    for (let count = 0; count < 10; count += 1) await scene.respond(1);
    await scene.settle();
    expect(scene.compare().held.find(({ seq }) => seq === 100)?.message).toBe('edited');
  });

  it('does not wait for a request that gets no response', async () => {
    const scene = await opened();
    scene.disconnect(true);
    await scene.reconnect();
    scene.disconnect(true);
    scene.write(230, 'edited');
    scene.process();
    await scene.reconnect();
    for (let count = 0; count < 5; count += 1) await scene.respond(1);
    expect(scene.compare().held.at(-1)?.message).toBe('edited');
  });

  it('tries again while the server is busy', async () => {
    const scene = await opened();
    scene.disconnect(true);
    scene.write(230, 'edited');
    scene.process();
    await scene.reconnect();
    scene.api.isReachable = false;
    for (let count = 0; count < 5; count += 1) await scene.respond();
    scene.api.isReachable = true;
    await scene.settle();
    expect(scene.compare().held.at(-1)?.message).toBe('edited');
  });
});

describe('A conversation that was kept', () => {
  it('is caught up by the changes since, of messages too that are not among the newest', async () => {
    const api = new FakeApi(60);
    const history = memoryTexts();
    const reopened = (): Conversation => {
      const device = { pause: turn, isClosed: () => false, storage: memoryTexts(), history };
      const conversation = new Conversation({ uuid: 'group', me: 'me', api, device });
      const last_seq = api.log.length;
      void conversation.open({ last_seq, read_seq: last_seq, unread_count: 0 });
      return conversation;
    };
    api.change(20, { message: 'edit' });
    const before = reopened();
    await eventually(() => expect(before.log.high).toBe(60));
    before.leave();
    // The last 50 messages are kept, from 11 on; the newest 50 begin with 31.
    api.change(15, { message: 'edit' });
    for (let count = 0; count < 20; count += 1) api.append();

    const after = reopened();
    await eventually(() => expect(api.changePages).toHaveLength(1));
    await turn();
    expect(api.changePages).toEqual([1]);
    const messages = shown(after.log);
    expect([messages[0]?.seq, messages.at(-1)?.seq, messages.length]).toEqual([11, 80, 70]);
    const edited = messages.filter(({ message }) => message === 'edit').map(({ seq }) => seq);
    expect(edited).toEqual([15, 20]);
  });
});

describe('A change event', () => {
  /** Everything that was written is published, and arrives. */
  const deliver = (scene: Scene): void => {
    scene.process();
    for (let count = 0; count < 20; count += 1) scene.receive();
  };

  it('causes no request if the messages came with their own events, or are not held', async () => {
    const scene = await opened();
    scene.api.pages.length = 0;
    for (const seq of [230, 200, 100]) scene.write(seq, 'edited');
    scene.write(220, null);
    // Message 100 is not held.
    scene.lose(2);
    deliver(scene);
    await scene.settle();
    expect(scene.api.changePages).toEqual([]);
    expect(scene.api.pages).toEqual([]);
    // After an interruption it begins with the number that it then holds.
    scene.disconnect(true);
    await scene.settle();
    expect(scene.api.changePages).toEqual([4]);
  });

  it('causes no request if it arrives twice, or late', async () => {
    const scene = await opened();
    scene.write(230, 'edited');
    deliver(scene);
    scene.conversation.takeChange({ number: 1, seqs: [230] });
    scene.conversation.takeChange({ number: 1, seqs: [229] });
    await scene.settle();
    expect(scene.api.changePages).toEqual([]);
  });

  it('causes one request for several changes if the event of a message is missing', async () => {
    const scene = await opened();
    for (const seq of [225, 230, 229]) scene.write(seq, 'edited');
    scene.lose();
    deliver(scene);
    await scene.settle();
    expect(scene.api.changePages).toEqual([0, 2]);
    expect(scene.compare().held).toEqual(scene.compare().stored);
  });

  it('causes a request if an earlier one is missing, or if it does not name its messages', async () => {
    const scene = await opened();
    scene.conversation.takeChange({ number: 2, seqs: [100] });
    await scene.settle();
    expect(scene.api.changePages).toEqual([0]);
    scene.conversation.takeChange({ number: 1, seqs: [] });
    await scene.settle();
    expect(scene.api.changePages).toEqual([0, 0]);
  });

  it('takes the event of an earlier change of a message for none of a later one', async () => {
    const scene = await opened();
    scene.write(230, 'edited');
    deliver(scene);
    scene.write(230, 'edited again');
    scene.lose();
    deliver(scene);
    await scene.settle();
    expect(scene.api.changePages).toEqual([1]);
    expect(scene.compare().held).toEqual(scene.compare().stored);
  });

  it('is also complete for a message that is on a page that was requested before', async () => {
    const scene = await opened();
    void scene.conversation.loadOlder();
    await turn();
    scene.write(100, 'edited');
    scene.lose();
    deliver(scene);
    await scene.settle();
    expect(scene.compare().held.find(({ seq }) => seq === 100)?.message).toBe('edited');
  });

  it('is also complete for a message whose event came and was forgotten while a page was under way', async () => {
    const scene = new Scene();
    await scene.open(true);
    await scene.respond();
    scene.write(60, 'edited');
    scene.receive();
    scene.leave();
    // The change is not in the log yet when the page arrives, and what may have been missed is fetched.
    for (let count = 0; count < 5; count += 1) await scene.respond();
    await scene.settle();
    expect(scene.compare().held.find(({ seq }) => seq === 60)?.message).toBe('edited');
  });

  it('takes the event of a change that was fetched for none of a later one', async () => {
    const scene = await opened();
    for (const seq of [230, 229]) scene.write(seq, 'edited');
    for (let count = 0; count < 2; count += 1) scene.receive();
    scene.process();
    // Of the two changes, the event of the second one arrives first.
    scene.receive(3);
    for (let count = 0; count < 10; count += 1) await scene.respond();
    expect(scene.api.changePages).toEqual([0]);
    scene.write(230, 'edited again');
    scene.process();
    scene.conversation.takeChange({ number: 3, seqs: [230] });
    for (let count = 0; count < 10; count += 1) await scene.respond();
    expect(scene.api.changePages).toEqual([0, 2]);
  });

  it('is complete for a message that was forgotten at an interruption, while a page was under way', async () => {
    const scene = await opened();
    void scene.conversation.loadOlder();
    await turn();
    scene.write(100, 'edited');
    deliver(scene);
    scene.disconnect(true);
    await scene.reconnect();
    for (let count = 0; count < 10; count += 1) await scene.respond(1);
    await scene.settle();
    expect(scene.compare().held.find(({ seq }) => seq === 100)?.message).toBe('edited');
  });

  it('does not make a page old that was requested before, if the events brought its changes', async () => {
    const scene = await opened();
    void scene.conversation.loadOlder();
    await turn();
    scene.write(100, 'edited');
    deliver(scene);
    await scene.settle();
    scene.write(230, 'edited');
    deliver(scene);
    await scene.settle();
    expect(scene.api.changePages).toEqual([]);
    expect(scene.compare().held).toEqual(scene.compare().stored);
  });

  it('causes a request for a conversation that is not shown only when it is opened', async () => {
    const scene = await opened();
    scene.leave();
    scene.write(230, 'edited');
    scene.lose();
    deliver(scene);
    for (let count = 0; count < 5; count += 1) await scene.respond();
    expect(scene.api.changePages).toEqual([]);
    await scene.open(false);
    await scene.settle();
    expect(scene.api.changePages).toEqual([0]);
    expect(scene.compare().held).toEqual(scene.compare().stored);
  });
});

const place = fc.nat(300);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      place,
      text: fc.constantFrom('edited', 'edited', null, undefined),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('receive' as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), place }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('respond' as const), place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('process' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect' as const), isReachable: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('load' as const),
      what: fc.constantFrom('loadOlder', 'loadNewer', 'jumpToNewest', 'reachedEnd'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const), isFar: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(scene: Scene, taken: Step): Promise<void> {
  switch (taken.do) {
    case 'write':
      scene.write(1 + (taken.place % scene.api.log.length), taken.text);
      return;
    case 'receive':
      scene.receive(taken.place);
      return;
    case 'lose':
      scene.lose(taken.place);
      return;
    case 'respond':
      return scene.respond(taken.place);
    case 'process':
      scene.process();
      return;
    case 'disconnect':
      scene.disconnect(taken.isReachable);
      return;
    case 'reconnect':
      return scene.reconnect();
    case 'leave':
      scene.leave();
      return;
    case 'open':
      return scene.open(taken.isFar);
    case 'load':
      void scene.conversation[taken.what]()?.catch(() => undefined);
      return turn();
  }
}

it('A client ends with what the log has in the range that it shows, in any order of writes, events, interruptions and pages', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 50 }), async (isFar, steps) => {
      const scene = new Scene();
      await scene.open(isFar);
      for (const taken of steps) await take(scene, taken);
      await scene.settle();
      const { held, stored } = scene.compare();
      expect(held).toEqual(stored);
      const { log } = scene.conversation;
      if (scene.conversation.state.get().following && log.high > 0) {
        expect(log.high).toBe(scene.api.log.length);
      }
    }),
    { numRuns: 500 },
  );
});
