import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import type { DirectMember, InboxEntry, NamedGroup, NamedMember } from '../../backend/domain/model.ts';
import { placeInInbox } from '../../backend/domain/summaries.ts';
import { opaqueTexts } from '../../backend/table/message-codec.ts';
import { directInboxSk, NAMED_INBOX_PREFIX } from '../../schema/keys.ts';
import { directMember, namedGroup, namedMember, newDirectId, newGroupId } from '../support/factories.ts';

/*
 * Pages of an inbox that is read while its groups go on. The index is a list in memory, sorted as the table sorts it, so
 * that hundreds of inboxes take a second; the pages are read by the production code.
 */

const USER = 'ada';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2024, 0, 10);
const NOW = START + 10 * DAY_MS;

const iso = (time: number): string => new Date(time).toISOString();

/** An inbox with an index, as `listInbox` reads it. */
class Inbox {
  readonly direct = new Map<string, DirectMember>();
  readonly named = new Map<string, NamedMember>();
  readonly groups = new Map<string, NamedGroup>();
  /** Groups that had a message, came or went since `watch`. */
  readonly changed = new Set<string>();
  #now = NOW;

  /** @param before how long before its newest message a row's place is, in ms: at most a day. */
  addDirect(lastAt: number, before: number, groupId = newDirectId()): void {
    const row = directMember({ groupId, userId: USER, last_at: iso(lastAt) });
    this.direct.set(groupId, { ...row, inbox_sk: directInboxSk(iso(lastAt - before), groupId) });
    this.changed.add(groupId);
  }

  addNamed(lastAt: number, groupId = newGroupId()): void {
    this.named.set(groupId, namedMember({ groupId, userId: USER }));
    this.groups.set(groupId, namedGroup({ groupId, last_at: iso(lastAt) }));
    this.changed.add(groupId);
  }

  /**
   * A new message in the group at a place, which is now the newest of all; or is not, where its summary is late.
   * @param lag in ms.
   */
  receive(place: number, lag: number): void {
    const ids = [...this.direct.keys(), ...this.groups.keys()];
    const groupId = ids[place % ids.length] ?? '';
    this.#now += 1;
    const row = this.direct.get(groupId);
    const group = this.groups.get(groupId);
    const before = row?.last_at ?? group?.last_at ?? '';
    const sent = iso(this.#now - lag);
    const last_at = sent > before ? sent : before;
    if (row) {
      this.direct.set(groupId, { ...row, last_at, inbox_sk: placeInInbox(row.inbox_sk, last_at, groupId) });
    }
    if (group) this.groups.set(groupId, { ...group, last_at });
    this.changed.add(groupId);
  }

  leave(place: number): void {
    const ids = [...this.groups.keys()];
    const groupId = ids[place % ids.length] ?? '';
    this.named.delete(groupId);
    this.changed.add(groupId);
  }

  /** The ids of all groups in their exact order: newest activity first. */
  inOrder(): string[] {
    const entries = [
      ...[...this.direct.values()].map(({ groupId, last_at }) => ({ groupId, last_at })),
      ...[...this.named.keys()].map((groupId) => ({
        groupId,
        last_at: this.groups.get(groupId)?.last_at ?? '',
      })),
    ];
    const key = ({ groupId, last_at }: (typeof entries)[number]) => `${last_at}#${groupId}`;
    return entries.toSorted((one, other) => (key(one) < key(other) ? 1 : -1)).map(({ groupId }) => groupId);
  }

  /** What the use case reads. */
  get needs(): Parameters<typeof listInbox>[0] {
    const index = (below = '\uffff') =>
      [...this.direct.values(), ...this.named.values()]
        .filter((row) => row.inbox_sk < below)
        .toSorted((one, other) => (one.inbox_sk < other.inbox_sk ? 1 : -1));
    const members = {
      inbox: (_user: string, limit: number, below?: string) => {
        const rows = index(below);
        // As DynamoDB does: a page that ends with the last row does not say that it is the last one.
        return Promise.resolve({ items: rows.slice(0, limit), isLast: rows.length < limit });
      },
      namedRows: () => Promise.resolve(index().filter((row) => row.inbox_sk.startsWith(NAMED_INBOX_PREFIX))),
    };
    const names = { read: () => Promise.resolve({}) };
    const summaries = { read: () => Promise.resolve(new Map(this.groups)) };
    const groupData = { read: () => Promise.resolve(undefined) };
    const needs = { members, names, summaries, groupData, codec: opaqueTexts(), changes: {} };
    return needs as unknown as Parameters<typeof listInbox>[0];
  }
}

type Activity =
  | { readonly kind: 'receive'; readonly place: number; readonly lag: number }
  | { readonly kind: 'leave'; readonly place: number }
  | { readonly kind: 'start' | 'join' };

/** Most summaries are of now; some are so late that they are among the older ones. */
const lag = fc.oneof(fc.constant(0), fc.integer({ min: 8 * DAY_MS, max: 10 * DAY_MS }));

const activity: fc.Arbitrary<Activity> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('receive' as const), place: fc.nat(1_000), lag }) },
  fc.record({ kind: fc.constant('leave' as const), place: fc.nat(1_000) }),
  fc.constant<Activity>({ kind: 'start' }),
  fc.constant<Activity>({ kind: 'join' }),
);

function act(inbox: Inbox, what: Activity): void {
  switch (what.kind) {
    case 'receive':
      inbox.receive(what.place, what.lag);
      break;
    case 'leave':
      inbox.leave(what.place);
      break;
    case 'start':
      inbox.addDirect(NOW, 0);
      break;
    case 'join':
      inbox.addNamed(NOW);
  }
}

/** Groups whose newest messages are within some hours; bounds of the day are met often. */
function inboxWithin(hours: number, most: number): fc.Arbitrary<Inbox> {
  const time = fc.oneof(
    fc.integer({ min: 0, max: hours * HOUR_MS }).map((ms) => START + ms),
    fc.integer({ min: 0, max: Math.floor(hours / 24) }).map((days) => START + days * DAY_MS),
  );
  const before = fc.oneof(fc.constantFrom(0, DAY_MS), fc.integer({ min: 0, max: DAY_MS }));
  return fc
    .record({
      direct: fc.array(fc.tuple(time, before), { maxLength: most, size: 'max' }),
      named: fc.array(time, { maxLength: most / 2, size: 'max' }),
    })
    .map(({ direct, named }) => {
      const inbox = new Inbox();
      for (const [lastAt, ahead] of direct) inbox.addDirect(lastAt, ahead);
      for (const lastAt of named) inbox.addNamed(lastAt);
      inbox.changed.clear();
      return inbox;
    });
}

const between = fc.array(fc.array(activity, { maxLength: 3 }), { maxLength: 30, size: 'max' });

interface Paging {
  readonly limit: number;
  readonly maxDirectRows?: number;
  readonly activities: readonly (readonly Activity[])[];
}

/** Reads all pages; after each, something happens. */
async function readPages(inbox: Inbox, { activities, ...page }: Paging): Promise<InboxEntry[][]> {
  const pages: InboxEntry[][] = [];
  let cursor: string | undefined;
  do {
    const { entries, nextCursor } = await listInbox(inbox.needs, USER, { ...page, cursor });
    for (const what of activities[pages.length] ?? []) act(inbox, what);
    pages.push([...entries]);
    cursor = nextCursor;
    if (pages.length > 1_000) throw new Error('the pages have no end');
  } while (cursor !== undefined);
  return pages;
}

const idsOf = (pages: readonly InboxEntry[][]): string[] => pages.flat().map(({ row }) => row.groupId);

function expectOnce(inbox: Inbox, before: readonly string[], shown: readonly string[]): void {
  expect(new Set(shown).size).toBe(shown.length);
  const unchanged = before.filter((groupId) => !inbox.changed.has(groupId));
  expect(unchanged.filter((groupId) => !shown.includes(groupId))).toEqual([]);
}

describe('an inbox that is paged while its groups go on', () => {
  it('shows every group that did not change once, in exact order, on full pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        inboxWithin(96, 60),
        fc.integer({ min: 1, max: 12 }),
        between,
        async (inbox, limit, activities) => {
          const before = inbox.inOrder();
          const pages = await readPages(inbox, { limit, activities });
          const shown = idsOf(pages);
          expectOnce(inbox, before, shown);
          expect(shown.filter((id) => !inbox.changed.has(id))).toEqual(
            before.filter((id) => !inbox.changed.has(id)),
          );
          expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        },
      ),
      { numRuns: 120, endOnFailure: true },
    );
  });

  it('shows every group once where more were active within a day than a page reads, in exact order in each page', async () => {
    const sizes = fc.record({
      limit: fc.integer({ min: 1, max: 8 }),
      maxDirectRows: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(inboxWithin(48, 60), sizes, between, async (inbox, size, activities) => {
        const before = inbox.inOrder();
        const pages = await readPages(inbox, { ...size, activities });
        expectOnce(inbox, before, idsOf(pages));
        for (const page of pages) {
          const times = page.map(({ summary }) => summary.last_at);
          expect(times).toEqual(times.toSorted().reverse());
        }
      }),
      { numRuns: 120, endOnFailure: true },
    );
  });

  it('is exact and has full pages as long as a page reads all groups of any day and one page more', async () => {
    // One direct group every three hours: at most 9 places of one day, and as many before it that reach into it.
    const size = { limit: 5, maxDirectRows: 9 + 9 + 5 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(0, DAY_MS), fc.integer({ min: 0, max: DAY_MS })), {
          minLength: 40,
          maxLength: 80,
          size: 'max',
        }),
        between,
        async (places, activities) => {
          const inbox = new Inbox();
          places.forEach((ahead, place) => {
            inbox.addDirect(START + place * 3 * HOUR_MS, ahead);
            if (place % 4 === 0) inbox.addNamed(START + place * 3 * HOUR_MS + 1);
          });
          inbox.changed.clear();
          const before = inbox.inOrder();
          const pages = await readPages(inbox, { ...size, activities });
          expectOnce(inbox, before, idsOf(pages));
          const unchanged = (ids: readonly string[]) => ids.filter((id) => !inbox.changed.has(id));
          expect(unchanged(idsOf(pages))).toEqual(unchanged(before));
          expect(pages.slice(0, -1).every((page) => page.length === size.limit)).toBe(true);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('shows a window to its end, though late summaries bring more rows into it than a page reads', async () => {
    const inbox = new Inbox();
    const LAST_MS = 20 * 60_000;
    // One row a minute: a page reads 14 of the 20, none of which is final.
    for (let minute = 1; minute <= 20; minute += 1) inbox.addDirect(START + minute * 60_000, 0);
    inbox.changed.clear();
    const before = inbox.inOrder();
    // Three rows are so far below the window that a late summary moves them into it.
    const late = (n: number) => ({ kind: 'receive' as const, place: n, lag: NOW - START - LAST_MS + 60_500 });
    for (const groupId of before.slice(-3)) {
      const row = inbox.direct.get(groupId);
      if (row)
        inbox.direct.set(groupId, { ...row, inbox_sk: directInboxSk(iso(START - 2 * DAY_MS), groupId) });
    }
    const pages = await readPages(inbox, {
      limit: 2,
      maxDirectRows: 14,
      activities: [[late(0), late(1), late(2)]],
    });
    expect(inbox.changed.size).toBe(3);
    expectOnce(inbox, before, idsOf(pages));
  });
});
