import { beforeAll, describe, expect, it } from '@jest/globals';
import { listChanges } from '../backend/domain/list-changes.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { listMessages, type Position } from '../backend/domain/list-messages.ts';
import { findByHandle, findByPrefix } from '../backend/domain/people.ts';
import { listMembers, readGroup } from '../backend/domain/read-group.ts';
import type { Wiring } from '../backend/wiring.ts';
import { changeKey, deletedKey } from '../schema/keys.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import {
  directMemberItem,
  groupItem,
  namedMemberItem,
  newDirectId,
  newGroupId,
  newUserId,
  timeOf,
} from './support/factories.ts';
import { addDirectGroup, addGroup, addPerson, putItems, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What each read costs, to the unit. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of reads');
const PREVIEW = TEXT.slice(0, 100);
const HOUR_MS = 3_600_000;
/** A user who has a profile, and whose name no process has read yet. */
let peer: string;

beforeAll(async () => {
  peer = await addPerson(db().newContext(), 'peer');
});

const atHour = (hour: number): string => new Date(Date.UTC(2025, 0, 1) + hour * HOUR_MS).toISOString();

/** A user's rows of direct groups, one for each time. */
function directRows(userId: string, times: readonly string[]) {
  return times.map((last_at) =>
    directMemberItem({ groupId: newDirectId(), userId, peer, last_by: peer, last_at, preview: PREVIEW }),
  );
}

/** Named groups of a user, one for each time: their METAs and the user's rows. */
function namedGroups(userIds: readonly string[], times: readonly string[]) {
  return times.flatMap((last_at) => {
    const groupId = newGroupId();
    const group = groupItem({ groupId, last_at, last_by: peer, last_seq: 5, preview: PREVIEW });
    return [group, ...userIds.map((userId) => namedMemberItem({ groupId, userId }))];
  });
}

describe('the inbox', () => {
  const page = (context: Wiring, userId: string) => () => listInbox(context, userId, { limit: 20 });

  it('reads the rows of direct groups down to a day before the page’s last one', async () => {
    const userId = newUserId();
    // Far more than a page: what is not read must not be paid for.
    await putItems(db().table, directRows(userId, upTo(200).map(atHour)));
    const context = db().newContext();
    // 50 rows of about 540 bytes; and one name.
    await expectUnits('inbox of 200 direct', { W: 0, R: 3.5 + 0.5 }, page(context, userId));
    await expectUnits('inbox of 200 direct, names known', { W: 0, R: 3.5 }, page(context, userId));
  });

  it('reads each named group once a second for all of its members', async () => {
    const [ada, grace] = [newUserId(), newUserId()];
    await putItems(db().table, namedGroups([ada, grace], upTo(20).map(atHour)));
    const context = db().newContext();
    const rows = 1;
    const newestAuthor = 0.5;
    await expectUnits('inbox of 20 named', { W: 0, R: rows + 20 * 0.5 + newestAuthor }, page(context, ada));
    await expectUnits('the same, second reader', { W: 0, R: rows }, page(context, grace));
  });

  it('reads each named group strongly for a request past the cache, and once', async () => {
    const [ada, grace] = [newUserId(), newUserId()];
    await putItems(db().table, namedGroups([ada, grace], upTo(80).map(atHour)));
    const context = db().newContext({ timer: { now: () => 0 } });
    const fresh = () => listInbox({ ...context, summaries: context.summaries.fresh() }, ada, { limit: 20 });
    // More groups than the first Query reads: the page is selected again after each.
    const rows = 3;
    await expectUnits('inbox of 80 named', { W: 0, R: rows + 80 * 0.5 + 0.5 }, page(context, ada));
    await expectUnits('the same past the cache', { W: 0, R: rows + 80 }, fresh);
    await expectUnits('the same after that, second reader', { W: 0, R: rows }, page(context, grace));
  });

  it('reads both kinds by one Query', async () => {
    const userId = newUserId();
    const items = [
      ...namedGroups(
        [userId],
        upTo(10).map((n) => atHour(2 * n)),
      ),
      ...directRows(
        userId,
        upTo(10).map((n) => atHour(2 * n + 1)),
      ),
    ];
    await putItems(db().table, items);
    const context = db().newContext();
    await expectUnits('inbox of 10 direct, 10 named', { W: 0, R: 1 + 10 * 0.5 + 0.5 }, page(context, userId));
    await expectUnits('the same again', { W: 0, R: 1 }, page(context, userId));
  });

  it('counts deleted messages only where some were deleted after the mark', async () => {
    const userId = newUserId();
    const [unread, read] = [newGroupId(), newGroupId()];
    const summary = { last_seq: 2_000, last_at: atHour(1), last_by: peer, preview: PREVIEW };
    await putItems(db().table, [
      groupItem({ groupId: unread, ...summary, last_deleted_seq: 1_900 }),
      groupItem({ groupId: read, ...summary, last_deleted_seq: 1_900 }),
      namedMemberItem({ groupId: unread, userId, read_seq: 100 }),
      namedMemberItem({ groupId: read, userId, read_seq: 1_950 }),
      ...upTo(1_700).map((n) => deletedKey(unread, 150 + n)),
      ...upTo(50).map((n) => deletedKey(read, 150 + n)),
    ]);
    // At most 1,000 are counted, and about 160 of them are 4 KB.
    const R = 0.5 + 2 * 0.5 + 6.5 + 0.5;
    await expectUnits('inbox, 1,700 unread ones deleted', { W: 0, R }, page(db().newContext(), userId));
  });

  it('costs at most this, whatever others do: 500 named groups, and 500 direct ones within a day', async () => {
    const userId = newUserId();
    const atSecond = (second: number) => timeOf(second);
    const items = [
      ...namedGroups([userId], upTo(500).map(atSecond)),
      ...directRows(userId, upTo(700).map(atSecond)),
    ];
    await putItems(db().table, items);
    // What is read for a list is shared for one second: here all of it falls into one.
    const context = db().newContext({ timer: { now: () => 0 } });
    // 400 KB of rows in several Queries, 500 METAs, and a name.
    await expectUnits('the worst inbox', { W: 0, R: 50 + 500 * 0.5 + 0.5 }, page(context, userId));
  });
});

describe('a history', () => {
  const positions: readonly (readonly [string, Position, number])[] = [
    ['the newest', { at: 'end' }, 1],
    ['before', { at: 'before', seq: 70 }, 1],
    ['around', { at: 'around', seq: 70 }, 0],
    ['after', { at: 'after', seq: 30 }, 0],
  ];

  it.each(['direct', 'named'] as const)(
    'of a %s group is its messages, and what they refer to',
    async (kind) => {
      const scene = { length: 120, message: () => ({ message: TEXT }) };
      const userIds = [peer, newUserId()] as const;
      const { groupId } =
        kind === 'direct'
          ? await addDirectGroup(db().table, { ...scene, userIds })
          : await addGroup(db().table, { ...scene, userIds });
      const context = db().newContext();
      const page = (position: Position) => () =>
        listMessages(context, { groupId, userId: userIds[1], position, limit: 50 });
      // The own row, the newest change, the messages, their reactions, the pins, and the author's name.
      await expectUnits(
        `50 messages, ${kind}, no name known`,
        { W: 0, R: 1 + 1 + 5 + 1 + 1 + 0.5 },
        page({ at: 'end' }),
      );
      for (const [name, position, lastChange] of positions) {
        const R = 1 + lastChange + 5 + 1 + 1;
        await expectUnits(`50 messages, ${kind}, ${name}`, { W: 0, R }, page(position));
      }
    },
  );

  it('of replies also reads the originals that are not on the page, each once', async () => {
    const userIds = [peer, newUserId()] as const;
    const { groupId } = await addDirectGroup(db().table, {
      userIds,
      length: 120,
      // Of the 50 on the page: 30 to messages on it, 20 to 10 others.
      message: (seq) => ({
        message: TEXT,
        ...(seq > 70 && { reply_to: seq > 100 ? 1 + (seq % 10) : seq - 1 }),
      }),
    });
    const context = db().newContext();
    await context.names.read([peer]);
    const page = () =>
      listMessages(context, { groupId, userId: userIds[1], position: { at: 'end' }, limit: 50 });
    // 71 replies to 70, which is the eleventh. 2 R for the reactions and the pins.
    await expectUnits('50 replies to 11 older messages', { W: 0, R: 1 + 1 + 5 + 11 + 2 }, page);
  });

  it('lists changes by the entries and the messages that they name', async () => {
    const userIds = [peer, newUserId()];
    const { groupId } = await addGroup(db().table, {
      userIds,
      length: 60,
      message: () => ({ message: TEXT }),
    });
    const entries = upTo(1_000).map((change) => ({
      ...changeKey(groupId, change),
      ...{ change, seqs: [1 + (change % 60)], changed_at: timeOf(change) },
    }));
    await putItems(db().table, entries);
    const context = db().newContext();
    const changes =
      (after: number, limit = 50) =>
      () =>
        listChanges(context, { groupId, userId: peer, after, limit });
    await expectUnits('changes, none', { W: 0, R: 1 + 1 }, changes(1_000));
    // The entries, the messages, the reactions of each run of seqs, and the pins.
    await expectUnits('changes, 1 with its author’s name', { W: 0, R: 1 + 1 + 2 + 1 + 0.5 }, changes(999));
    await expectUnits('changes, 20', { W: 0, R: 1 + 1 + 20 + 1 + 1 }, changes(980));
    await expectUnits('changes, 60 messages in 1,000 changes', { W: 0, R: 1 + 26 + 50 + 2 + 1 }, changes(0));
  });
});

describe('a group', () => {
  it('of 1,000 members shows 100 of them, and pages to the others', async () => {
    // In the order of their ids, so that the author, the first, is among those who are shown.
    const userIds = upTo(1_000).map(newUserId).sort();
    const { groupId } = await addGroup(db().table, { userIds, length: 3 });
    const [reader = peer] = userIds;
    const context = db().newContext();
    const members = (cursor?: string) =>
      listMembers(context, { groupId, userId: reader, limit: 100, cursor });
    const names = 100 * 0.5;
    await expectUnits('a group of 1,000', { W: 0, R: 2 + 7 + names }, () =>
      readGroup(context, groupId, reader),
    );
    const first = await expectUnits('100 members of 1,000', { W: 0, R: 2 + 7 + names }, () => members());
    expect(first.members).toHaveLength(100);
    await expectUnits('the next 100', { W: 0, R: 2 + 7 + names }, () => members(first.nextCursor));
  });

  it('of two shows both', async () => {
    const userIds = [peer, newUserId()] as const;
    const { groupId } = await addDirectGroup(db().table, { userIds });
    const context = db().newContext();
    await expectUnits('a direct group', { W: 0, R: 1 + 1 + 2 * 0.5 }, () =>
      readGroup(context, groupId, peer),
    );
  });
});

describe('people', () => {
  it('are found by handle, and by the beginning of it, for 0.5 R', async () => {
    const context = db().newContext();
    await Promise.all(upTo(20).map((n) => addPerson(context, `find.${n}`)));
    await expectUnits('look up a handle', { W: 0, R: 0.5 }, () => findByHandle(context, 'find.1'));
    await expectUnits('10 handles by prefix', { W: 0, R: 0.5 }, () =>
      findByPrefix(context, { prefix: 'fi', limit: 10 }),
    );
  });
});
