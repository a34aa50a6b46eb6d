import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { readBadge } from '../../backend/domain/read-badge.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { changeSettings, type GroupSettings, settingsOf } from '../../backend/domain/settings.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { directGroupId } from '../../schema/ids.ts';
import { memberKey } from '../../schema/keys.ts';
import { expectCode } from '../support/answers.ts';
import {
  directMemberItem,
  namedMember,
  namedMemberItem,
  newGroupId,
  newUserId,
  timeOf,
} from '../support/factories.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { randomRuns } from '../support/random-runs.ts';
import { addDirectGroup, addGroup, deleteItem, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** The first process reaches the table through the flaky engine. */
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

let ada: string;
let grace: string;
let groupId: string;
beforeEach(async () => {
  [ada, grace] = [newUserId(), newUserId()];
  groupId = newGroupId();
  await addGroup(db().table, { groupId, userIds: [grace, ada], length: 5 });
});

const change = (settings: Partial<GroupSettings>, context = here) =>
  changeSettings(context, { groupId, userId: ada }, settings);

/** A process that has read nothing yet: what lists share for a second is not shared with it. */
const fresh = (): Wiring => db().newContext();

async function settings(): Promise<GroupSettings | undefined> {
  const context = fresh();
  for (const list of ['default', 'archived'] as const) {
    const { entries } = await listInbox(context, ada, { limit: 100, list });
    const entry = entries.find(({ row }) => row.groupId === groupId);
    if (entry) return settingsOf(entry.row, entry.summary);
  }
  return undefined;
}

const listed = async (list: 'default' | 'archived' | 'favourites') =>
  (await listInbox(fresh(), ada, { limit: 100, list })).entries.map(({ row }) => row.groupId);

/** Sends a message, and lets the stream bring the summary up to it. */
async function send(userId: string): Promise<void> {
  const { seq } = await sendToGroup(there, groupId, { userId, text: 'Hello' });
  await stream(seq);
}

async function stream(...seqs: readonly number[]): Promise<void> {
  const entries = await there.messages.entriesAt(groupId, seqs);
  const facts = factsOf([...entries.values()]);
  if (facts) await updateSummaries(there, groupId, facts);
}

const NONE: GroupSettings = { muted: 'none', favourite: false, archived: false, marked_unread: false };

describe.each(['named', 'direct'] as const)('the settings of a %s group', (kind) => {
  beforeEach(async () => {
    if (kind === 'named') return;
    // In no other group.
    [ada, grace] = [newUserId(), newUserId()];
    groupId = directGroupId(ada, grace);
    await addDirectGroup(db().table, { userIds: [grace, ada], length: 5 });
  });

  it('are changed one by one, and the others stay', async () => {
    expect(await settings()).toEqual(NONE);
    await change({ muted: 'all' });
    await change({ favourite: true });
    expect(await settings()).toEqual({ ...NONE, muted: 'all', favourite: true });
    const { entry } = await change({ muted: 'except_mentions', favourite: false });
    expect(settingsOf(entry.row, entry.summary)).toEqual({ ...NONE, muted: 'except_mentions' });
    await change({ muted: 'none' });
    expect(await settings()).toEqual(NONE);
    await change({});
    expect(await settings()).toEqual(NONE);
  });

  it('are their member’s alone', async () => {
    await change({ muted: 'all', favourite: true, archived: true, marked_unread: true });
    const { entries } = await listInbox(fresh(), grace, { limit: 10 });
    expect(entries.map(({ row, summary }) => settingsOf(row, summary))).toEqual([NONE]);
  });

  it('take an archived group out of the list until the next message, of whoever', async () => {
    for (const author of [grace, ada]) {
      await change({ archived: true });
      expect([await listed('default'), await listed('archived')]).toEqual([[], [groupId]]);
      await send(author);
      expect([await listed('default'), await listed('archived')]).toEqual([[groupId], []]);
    }
    await change({ archived: true });
    await change({ archived: false });
    expect(await listed('default')).toEqual([groupId]);
  });

  it('archive up to the log’s end, also where the summary is behind it', async () => {
    const { seq } = await sendToGroup(there, groupId, { userId: grace, text: 'Hello' });
    await change({ archived: true });
    await stream(seq);
    expect(await listed('default')).toEqual([]);
  });

  it('do not hide a message that comes while the group is archived', async () => {
    flaky.before('UpdateItem', () => send(grace));
    await change({ archived: true });
    expect([await listed('default'), await listed('archived')]).toEqual([[groupId], []]);
  });

  it('end that it is marked as unread with the next read mark, also one that does not move', async () => {
    await markRead(here, groupId, ada, 5);
    for (const seq of [5, 3, 0]) {
      await change({ marked_unread: true });
      expect(await settings()).toEqual({ ...NONE, marked_unread: true });
      await markRead(here, groupId, ada, seq);
      expect(await settings()).toEqual(NONE);
    }
    await send(grace);
    await change({ marked_unread: true });
    await markRead(here, groupId, ada, 6);
    expect(await settings()).toEqual(NONE);
  });

  it('end that it is marked as unread with an own message, and not with another user’s', async () => {
    await markRead(here, groupId, ada, 5);
    await change({ marked_unread: true });
    await send(grace);
    expect(await settings()).toEqual({ ...NONE, marked_unread: true });
    await send(ada);
    expect(await settings()).toEqual(NONE);
    // The mark is behind the own message from then on.
    await send(grace);
    expect(await settings()).toEqual(NONE);
  });

  it('keep it marked as unread where the stream brings an earlier own message afterwards', async () => {
    const { seq } = await sendToGroup(there, groupId, { userId: ada, text: 'Hello' });
    await change({ marked_unread: true });
    await stream(seq);
    expect(await settings()).toEqual({ ...NONE, marked_unread: true });
  });

  it('keep it marked as unread where another device does so while a read mark ends it', async () => {
    await markRead(here, groupId, ada, 5);
    await change({ marked_unread: true });
    await send(grace);
    const isEnd = ({ body }: { body: object }) => JSON.stringify(body).includes('"REMOVE unread_seq"');
    flaky.before('UpdateItem', () => change({ marked_unread: true }, there), { where: isEnd });
    await markRead(here, groupId, ada, 5);
    expect(await settings()).toEqual({ ...NONE, marked_unread: true });
  });

  it('are not written for a user who is no member, or leaves meanwhile', async () => {
    await expectCode(changeSettings(here, { groupId, userId: newUserId() }, { muted: 'all' }), 'not_found');
    const key = memberKey(groupId, ada);
    flaky.before('UpdateItem', async () => {
      await deleteItem(db().table, key);
      const again = { groupId, userId: ada, joined_seq: 9 };
      await putItem(db().table, kind === 'named' ? namedMemberItem(again) : directMemberItem(again));
    });
    await expectCode(change({ muted: 'all' }), 'not_found');
    expect(await settings()).toMatchObject({ muted: 'none' });
  });
});

it('A group is not marked as unread any more when its summary shows an own text that the mark does not have yet', () => {
  const row = namedMember({ groupId, userId: ada, read_seq: 5, unread_seq: 5 });
  const newest = { last_seq: 6, last_by: ada, last_kind: 'text' as const };
  expect(settingsOf(row, newest).marked_unread).toBe(false);
  expect(settingsOf(row, { ...newest, last_by: grace }).marked_unread).toBe(true);
  expect(settingsOf(row, { ...newest, last_kind: 'system' }).marked_unread).toBe(true);
  expect(settingsOf(row, { ...newest, last_seq: 5 }).marked_unread).toBe(true);
});

describe('the lists of an inbox', () => {
  it('page to their end, each with its own groups, whatever the size of a page', async () => {
    const user = newUserId();
    const ids = upTo(40).map(newGroupId);
    const isArchived = (place: number) => place % 3 === 0;
    const isFavourite = (place: number) => place % 5 === 0;
    for (const [place, id] of ids.entries()) {
      const scene = { userIds: [user], length: 3 };
      const summary = { last_at: timeOf(10_000_000 - place * 100_000) };
      const member = {
        inbox_sk: `${summary.last_at}#${id}`,
        ...(isArchived(place) && { archived_seq: 3 }),
        ...(isFavourite(place) && { favourite: true as const }),
      };
      if (place % 2 === 0)
        await addGroup(db().table, {
          ...scene,
          groupId: id,
          summary,
          member: { ...member, inbox_sk: `~#${id}` },
        });
      else {
        const peer = newUserId();
        const direct = directGroupId(user, peer);
        ids[place] = direct;
        await addDirectGroup(db().table, {
          ...scene,
          userIds: [user, peer],
          summary,
          member: { ...member, inbox_sk: `${summary.last_at}#${direct}` },
        });
      }
    }
    const expected = {
      default: ids.filter((_, place) => !isArchived(place)),
      archived: ids.filter((_, place) => isArchived(place)),
      favourites: ids.filter((_, place) => isFavourite(place)),
    };
    for (const list of ['default', 'archived', 'favourites'] as const) {
      for (const [limit, maxDirectRows] of [
        [1, 500],
        [7, 500],
        [100, 500],
        [5, 4],
      ] as const) {
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await listInbox(there, user, { limit, list, cursor, maxDirectRows });
          found.push(...page.entries.map(({ row }) => row.groupId));
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        expect({ list, limit, found }).toEqual({ list, limit, found: expected[list] });
      }
    }
  });

  it('pass over any number of groups, and keep their order: a page may be empty', async () => {
    const user = newUserId();
    const at = (place: number) => timeOf(100_000_000 - place * 200_000);
    const rows = upTo(30).map((place) =>
      directMemberItem({
        groupId: directGroupId(user, `peer-${place}`),
        userId: user,
        last_at: at(place),
        ...([2, 25].includes(place) && { favourite: true as const }),
      }),
    );
    await putItems(db().table, rows);
    const named = await addGroup(db().table, {
      userIds: [user],
      summary: { last_at: at(28) },
      member: { favourite: true },
    });
    const found: string[] = [];
    let pages = 0;
    let cursor: string | undefined;
    do {
      const page = await listInbox(there, user, { limit: 5, list: 'favourites', cursor, maxDirectRows: 4 });
      found.push(...page.entries.map(({ row }) => row.groupId));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    const [first, second] = [2, 25].map((place) => directGroupId(user, `peer-${place}`));
    expect(found).toEqual([first, second, named.groupId]);
    expect(pages).toBeGreaterThan(5);
  });

  it('take no cursor of another list', async () => {
    const user = newUserId();
    for (const place of upTo(4)) {
      await addGroup(db().table, { userIds: [user], summary: { last_at: timeOf(place) } });
    }
    const { nextCursor: cursor } = await listInbox(there, user, { limit: 2 });
    expect(cursor).toBeDefined();
    await expectCode(listInbox(there, user, { limit: 2, list: 'archived', cursor }), 'cursor_invalid');
  });
});

describe('the badge', () => {
  /** A group as the model has it. */
  interface Modelled {
    readonly isDirect: boolean;
    readonly muted: GroupSettings['muted'];
    readonly archived: boolean;
    readonly marked: boolean;
    readonly unread: number;
  }
  const modelled: fc.Arbitrary<Modelled> = fc.record({
    isDirect: fc.boolean(),
    muted: fc.constantFrom('none', 'none', 'all', 'except_mentions'),
    archived: fc.boolean(),
    marked: fc.boolean(),
    unread: fc.nat(4),
  });

  it('counts what a model counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(modelled, { maxLength: 8 }), async (groups) => {
        const user = newUserId();
        for (const { isDirect, muted, archived, marked, unread } of groups) {
          const peer = newUserId();
          const member = {
            read_seq: 5 - unread,
            ...(muted !== 'none' && { muted }),
            ...(archived && { archived_seq: 5 }),
            ...(marked && { unread_seq: 5 }),
          };
          if (isDirect) {
            const id = directGroupId(user, peer);
            const { group, messages, members } = await addDirectGroup(db().table, {
              userIds: [peer, user],
              length: 5,
              member,
            });
            expect([group.pk.includes(id), messages.length, members.length]).toEqual([true, 5, 2]);
          } else await addGroup(db().table, { userIds: [peer, user], length: 5, member });
        }
        const counted = groups.filter(({ muted, archived }) => muted === 'none' && !archived);
        expect(await readBadge(fresh(), user)).toEqual({
          groups: counted.filter(({ unread, marked }) => unread > 0 || marked).length,
          messages: counted.reduce((sum, { unread }) => sum + unread, 0),
          mentions: 0,
        });
      }),
      { numRuns: randomRuns(8), endOnFailure: true },
    );
  });

  it('of many groups pages through all of them', async () => {
    const user = newUserId();
    const rows = upTo(1_500).map((n) =>
      directMemberItem({ groupId: directGroupId(user, `peer-${n}`), userId: user, last_seq: 3, read_seq: 1 }),
    );
    await putItems(db().table, rows);
    expect(await readBadge(fresh(), user)).toEqual({ groups: 1_500, messages: 3_000, mentions: 0 });
  });
});
