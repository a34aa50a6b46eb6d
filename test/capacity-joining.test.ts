import { beforeAll, describe, it } from '@jest/globals';
import { createInvite, listInvites, revokeInvite } from '../backend/domain/invites.ts';
import { acceptInvite, joinPublicGroup, readInvited } from '../backend/domain/join-group.ts';
import { listPublicGroups } from '../backend/domain/list-public-groups.ts';
import { updateGroup } from '../backend/domain/manage-members.ts';
import type { Person } from '../backend/domain/model.ts';
import { sendToGroup } from '../backend/domain/send-message.ts';
import { createLogger } from '../backend/logger.ts';
import type { Wiring } from '../backend/wiring.ts';
import { createHandler } from '../lambdas/update-summaries/handler.ts';
import { MAX_INVITES } from '../schema/items.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import {
  groupItem,
  inviteCodeAt,
  inviteItem,
  listingItem,
  messageItem,
  namedMemberItem,
  newGroupId,
  newUserId,
  streamEvent,
  streamRecord,
} from './support/factories.ts';
import { addGroup, addPerson, putItem, putItems, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What public groups, joining and invitations cost, to the unit, and the same whatever the size of a group. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of joining');
let context: Wiring;
let ada: Person;

/** W of each item in a transaction. Rows and listings are also in the index, where each write costs 1 W. */
const [MESSAGE, META, ROW, LISTING, INVITE, CHECK] = [2, 2, 2 + 1, 2 + 1, 2, 2];
/** R of the count of a user's named groups, where they are few. */
const ROOM = 0.5;
/** R of the row and META, of the log's tail, and of the former membership that there may be. */
const [ACCESS, TAIL, FORMER] = [2, 1, 1];

const SIZES = [3, 100, 1_000];

beforeAll(async () => {
  context = db().newContext();
  ada = { userId: await addPerson(context, 'ada'), handle: 'ada', display_name: 'ada' };
});

const newPerson = (): Person => ({ userId: newUserId(), handle: 'new', display_name: 'new' });

/** A group of Ada's with N members; public if asked for. */
async function startGroup(N: number, values: { readonly visibility?: 'public' } = {}) {
  const others = upTo(N - 1).map(newUserId);
  const { groupId, group } = await addGroup(db().table, { userIds: [ada.userId, ...others], length: 3 });
  await putItem(db().table, namedMemberItem({ groupId, userId: ada.userId, role: 'owner' }));
  await putItem(db().table, { ...group, ...values });
  return { groupId, byAda: { groupId, actor: ada } };
}

describe('the visibility of a group', () => {
  it('is META, the message and the listing', async () => {
    const { byAda } = await startGroup(3);
    const R = 1 + TAIL + ACCESS;
    const update = (values: Parameters<typeof updateGroup>[2]) => () => updateGroup(context, byAda, values);
    await expectUnits(
      'make a group public',
      { W: MESSAGE + META + LISTING, R },
      update({ visibility: 'public' }),
    );
    // The index deletes the old place and writes the new one.
    await expectUnits(
      'rename a public group',
      { W: MESSAGE + META + LISTING + 1, R },
      update({ name: 'Looms' }),
    );
    await expectUnits(
      'make it private',
      { W: MESSAGE + META + LISTING, R },
      update({ visibility: 'private' }),
    );
    const both = { name: 'Spindles', visibility: 'public' } as const;
    await expectUnits('rename it and make it public', { W: 2 * MESSAGE + META + LISTING, R }, update(both));
  });

  it.each(SIZES)('changes nothing about the cost of messages in a group of %d', async (N) => {
    const { groupId } = await startGroup(N, { visibility: 'public' });
    const send = () => sendToGroup(context, groupId, { userId: ada.userId, text: TEXT });
    const sent = await send();
    await expectUnits(`send, public, ${N} members`, { W: 1, R: ACCESS }, send);
    const parts = { ...context, failures: () => Promise.resolve(), logger: createLogger('silent') };
    const record = streamRecord(
      messageItem({ groupId, seq: sent.seq, user_uuid: ada.userId, message: TEXT }),
    );
    // META and the author's mark, which is in the index with its row.
    await expectUnits(`the stream, public, ${N} members`, { W: 1 + 2, R: 1 }, () =>
      createHandler(parts)(streamEvent([record])),
    );
  });
});

describe('joining', () => {
  it.each(SIZES)('a public group of %d is its items, twice', async (N) => {
    const { groupId } = await startGroup(N, { visibility: 'public' });
    const place = { groupId, actor: newPerson() };
    const join = () => joinPublicGroup(context, place);
    const R = 2 * (ACCESS + FORMER) + TAIL + ROOM;
    await expectUnits(`join, ${N} members`, { W: MESSAGE + META + ROW, R }, join);
    await expectUnits(`join again, ${N} members`, { W: 0, R: ACCESS }, join);
    const stranger = { groupId: newGroupId(), actor: newPerson() };
    await expectUnits(`join a group that does not exist, ${N}`, { W: 0, R: ACCESS }, () =>
      joinPublicGroup(context, stranger).catch(() => undefined),
    );
  });

  it.each(SIZES)('a group of %d by an invitation is a check more', async (N) => {
    const { groupId } = await startGroup(N);
    await putItem(db().table, inviteItem({ groupId }));
    const code = inviteCodeAt(groupId);
    const person = newPerson();
    const accept = () => acceptInvite(context, code, person);
    const look = () => readInvited(context, code, person.userId);
    await expectUnits(`look at an invitation, ${N} members`, { W: 0, R: 1 + ACCESS + FORMER }, look);
    const R = 2 * (1 + ACCESS + FORMER) + TAIL + ROOM;
    await expectUnits(`accept an invitation, ${N} members`, { W: MESSAGE + META + ROW + CHECK, R }, accept);
    await expectUnits(`accept it again, ${N} members`, { W: 0, R: 1 + ACCESS }, accept);
    const guess = inviteCodeAt(groupId, 7);
    await expectUnits(`look at a guessed invitation, ${N}`, { W: 0, R: 1 }, () =>
      readInvited(context, guess, person.userId).catch(() => undefined),
    );
  });
});

describe('invitations', () => {
  it('are created, listed and revoked for the row of the caller and the others', async () => {
    const { groupId, byAda } = await startGroup(3);
    const create = () => createInvite(context, byAda, 3_600);
    await expectUnits('create an invitation', { W: INVITE + CHECK, R: 1 + 1 }, create);
    await expectUnits('list the invitations', { W: 0, R: 1 + 1 }, () => listInvites(context, byAda));
    const code = inviteCodeAt(groupId);
    await putItem(db().table, inviteItem({ groupId }));
    await expectUnits('revoke an invitation', { W: 1, R: 1 }, () => revokeInvite(context, byAda, code));
    const stored = upTo(MAX_INVITES - 1).map((n) =>
      inviteItem({ groupId, code: inviteCodeAt(groupId, n), created_by: ada.userId, expires_at: 0 }),
    );
    await putItems(db().table, stored);
    // 50 of about 220 bytes; one of those that have expired is replaced.
    await expectUnits('create one beside 49 expired ones', { W: INVITE + CHECK + 2, R: 1 + 3 }, create);
  });
});

describe('the list of public groups', () => {
  it('reads the listings, the rows of the user, and each META once a second', async () => {
    const userId = newUserId();
    const groups = upTo(30).flatMap((n) => {
      const groupId = newGroupId();
      const name = `listed ${String(n).padStart(2, '0')}`;
      const mine = n <= 3 ? [namedMemberItem({ groupId, userId })] : [];
      return [groupItem({ groupId, name, visibility: 'public' }), listingItem(groupId, name), ...mine];
    });
    await putItems(db().table, groups);
    const fresh = db().newContext();
    const page = (cursor?: string) => () =>
      listPublicGroups(fresh, { userId, prefix: 'listed', limit: 20, cursor });
    const rows = 0.5;
    const first = await expectUnits('20 public groups', { W: 0, R: 0.5 + rows + 20 * 0.5 }, page());
    await expectUnits('the same again', { W: 0, R: 0.5 + rows }, page());
    await expectUnits('the next 10', { W: 0, R: 0.5 + rows + 10 * 0.5 }, page(first.nextCursor));
  });
});
