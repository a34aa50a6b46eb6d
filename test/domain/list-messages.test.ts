import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logEntryOf } from '../../backend/table/items.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { type HistoryPage, listMessages, type Position } from '../../backend/domain/list-messages.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { profileKey } from '../../schema/keys.ts';
import { messageItem, newGroupId, timeOf } from '../support/factories.ts';
import { addGroup, addPerson, deleteItem, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const LENGTH = 43;
const END: Position = { at: 'end' };

const db = useTestTable();
let context: Wiring;
let groupId: string;
let ada: string;
let grace: string;

beforeAll(async () => {
  context = db().newContext();
  ada = await addPerson(context, 'ada', 'Ada');
  grace = await addPerson(context, 'grace', 'Grace');
  ({ groupId } = await addGroup(db().table, {
    userIds: [ada, grace],
    length: LENGTH,
    // Clocks differ: no order and no page may depend on them.
    message: (seq) => ({
      user_uuid: seq % 2 === 0 ? ada : grace,
      created_at: new Date(Date.UTC(1999 + ((seq * 37) % 101), seq % 12, 1)).toISOString(),
    }),
  }));
});

const limits = fc.integer({ min: 1, max: LENGTH + 2 });
const params = { numRuns: 12, examples: [[1], [LENGTH - 1], [LENGTH], [LENGTH + 1]] as [number][] };

describe('a history', () => {
  it('comes to its first message from its end, each message once, with any limit', async () => {
    await fc.assert(
      fc.asyncProperty(limits, async (limit) => {
        let page = await read(END, limit);
        const seen = [seqs(page)];
        expect(page.newer).toBe(false);
        while (page.older) {
          page = await read({ at: 'before', seq: seqs(page)[0] ?? 0 }, limit);
          expect(page.newer).toBe(true);
          seen.unshift(seqs(page));
        }
        expect(seen.flat()).toEqual(upTo(LENGTH));
        expect(seen.slice(1).every((part) => part.length === limit)).toBe(true);
      }),
      params,
    );
  });

  it('comes to its end from its beginning, each message once, with any limit', async () => {
    await fc.assert(
      fc.asyncProperty(limits, async (limit) => {
        const seen: number[][] = [];
        let page: HistoryPage;
        do {
          page = await read({ at: 'after', seq: seen.at(-1)?.at(-1) ?? 0 }, limit);
          expect(page.older).toBe(seen.length > 0);
          seen.push(seqs(page));
        } while (page.newer);
        expect(seen.flat()).toEqual(upTo(LENGTH));
        expect(seen.slice(0, -1).every((part) => part.length === limit)).toBe(true);
      }),
      params,
    );
  });

  it('around any message is a full page with that message in it, that leads to both ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: LENGTH }), limits, async (seq, limit) => {
        const page = await read({ at: 'around', seq }, limit);
        const shown = seqs(page);
        expect(shown).toContain(seq);
        expect(shown).toHaveLength(Math.min(limit, LENGTH));
        expect(shown).toEqual(upTo(shown.length).map((n) => (shown[0] ?? 0) + n - 1));
        expect([page.older, page.newer]).toEqual([shown[0] !== 1, shown.at(-1) !== LENGTH]);
      }),
      {
        numRuns: 40,
        examples: [
          [1, 5],
          [LENGTH, 5],
          [LENGTH, 1],
          [20, 1],
          [3, 5],
        ],
      },
    );
  });

  it('around a message in the middle has as much before it as behind it', async () => {
    expect(seqs(await read({ at: 'around', seq: 20 }, 5))).toEqual([18, 19, 20, 21, 22]);
  });

  it('around a message that the summary does not show yet has that message in it', async () => {
    const late = await addGroup(db().table, { userIds: [ada], length: 30, summary: { last_seq: 10 } });
    for (const [seq, limit] of [
      [30, 1],
      [11, 1],
      [25, 5],
    ] as const) {
      const position: Position = { at: 'around', seq };
      const page = await listMessages(context, { groupId: late.groupId, userId: ada, position, limit });
      expect(seqs(page)).toContain(seq);
    }
  });

  it('around a seq beyond the end is its newest page', async () => {
    expect(seqs(await read({ at: 'around', seq: 999_999_999_999 }, 5))).toEqual(upTo(LENGTH).slice(-5));
  });

  it.each<[string, Position]>([
    ['before the first message', { at: 'before', seq: 1 }],
    ['after the last', { at: 'after', seq: LENGTH }],
    ['after a seq that does not exist', { at: 'after', seq: LENGTH + 100 }],
    ['after the highest seq there can be', { at: 'after', seq: 999_999_999_999 }],
  ])('is empty %s', async (_, position) => {
    const page = await read(position, 5);
    expect(seqs(page)).toEqual([]);
    expect(page.newer && position.at === 'after').toBe(false);
  });

  it('before a seq beyond the end is its newest page, with nothing newer', async () => {
    const page = await read({ at: 'before', seq: 999_999_999_999 }, 5);
    expect(seqs(page)).toEqual(upTo(LENGTH).slice(-5));
    expect(page.newer).toBe(false);
  });

  it('stops before a message that cannot be seen yet, and never leaves it out', async () => {
    const { groupId: torn, messages } = await addGroup(db().table, { userIds: [ada], length: 5 });
    const [, , third] = messages;
    if (third) await deleteItem(db().table, third);
    const after: Position = { at: 'after', seq: 0 };
    const page = await listMessages(context, { groupId: torn, userId: ada, position: after, limit: 10 });
    expect(seqs(page)).toEqual([1, 2]);
    const none = await listMessages(context, {
      groupId: torn,
      userId: ada,
      position: { at: 'after', seq: 2 },
      limit: 10,
    });
    expect(seqs(none)).toEqual([]);
    const around: Position = { at: 'around', seq: 2 };
    const beside = await listMessages(context, { groupId: torn, userId: ada, position: around, limit: 10 });
    expect(seqs(beside)).toEqual([1, 2]);
    if (third) await putItem(db().table, third);
    const whole = await listMessages(context, {
      groupId: torn,
      userId: ada,
      position: { at: 'after', seq: 2 },
      limit: 10,
    });
    expect(seqs(whole)).toEqual([3, 4, 5]);
  });

  it('has the names of the authors', async () => {
    const {
      messages,
      details: { names },
    } = await read(END, 2);
    expect(messages.map((message) => names.person(message.user_uuid).handle)).toEqual(['ada', 'grace']);
  });

  it('is refused to other users, exactly as if there were no such group', async () => {
    const kay = await addPerson(context, 'kay');
    for (const position of [END, { at: 'after', seq: 0 }, { at: 'around', seq: 2 }] as const) {
      for (const id of [groupId, newGroupId()]) {
        const refused = listMessages(context, { groupId: id, userId: kay, position, limit: 5 });
        await expect(refused).rejects.toThrow(NotFoundError);
      }
    }
  });

  it('of more than a megabyte still gives a full page', async () => {
    const { groupId: long } = await addGroup(db().table, {
      userIds: [ada],
      length: 60,
      message: () => ({ message: 'x'.repeat(30_000) }),
    });
    for (const position of [END, { at: 'after', seq: 0 }] as const) {
      const page = await listMessages(context, { groupId: long, userId: ada, position, limit: 60 });
      expect(seqs(page)).toEqual(upTo(60));
    }
  });

  it('has the names of all people it shows, though they are more than one read of names takes', async () => {
    const page = 100;
    const authors = upTo(page).map((n) => `author-${n}`);
    const newcomers = upTo(page).map((n) => `newcomer-${n}`);
    const profiles = [...authors, ...newcomers].map((name) => ({
      ...profileKey(name),
      handle: name,
      display_name: name,
      created_at: timeOf(1),
    }));
    await putItems(db().table, profiles);
    const { groupId: busy } = await addGroup(db().table, {
      userIds: [ada],
      length: page,
      message: (seq) => ({
        user_uuid: authors[seq - 1] ?? '',
        kind: 'system',
        message: null,
        event: { type: 'members_added', user_uuids: [newcomers[seq - 1] ?? ''], prev: 1 },
      }),
    });
    const {
      details: { names },
    } = await listMessages(context, {
      groupId: busy,
      userId: ada,
      position: END,
      limit: page,
    });
    const all = [...authors, ...newcomers];
    expect(all.map((userId) => names.person(userId).handle)).toEqual(all);
  });

  it('shows a tombstone at its place', async () => {
    const gone = messageItem({
      groupId,
      seq: LENGTH,
      user_uuid: grace,
      rev: 1,
      message: null,
      deleted_at: '2030-01-01T00:00:00.000Z',
    });
    await putItem(db().table, gone);
    expect((await read(END, 1)).messages).toEqual([logEntryOf(gone)]);
  });
});

async function read(position: Position, limit: number): Promise<HistoryPage> {
  return listMessages(context, { groupId, userId: ada, position, limit });
}

function seqs({ messages }: Pick<HistoryPage, 'messages'>): number[] {
  return messages.map((message) => message.seq);
}
