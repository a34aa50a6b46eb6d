import { beforeAll, describe, it } from '@jest/globals';
import { listChanges } from '../backend/domain/list-changes.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { listPins, pinMessage, unpinMessage } from '../backend/domain/pin.ts';
import { listReactors, react, takeBackReaction } from '../backend/domain/react.ts';
import { createLogger } from '../backend/logger.ts';
import type { Wiring } from '../backend/wiring.ts';
import { createHandler } from '../lambdas/update-summaries/handler.ts';
import { MAX_EMOJI, MAX_PINS, MAX_REACTIONS } from '../schema/items.ts';
import { changeKey } from '../schema/keys.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import {
  itemRecord,
  messageItem,
  namedMemberItem,
  newUserId,
  pinsItem,
  reactionsItem,
  streamEvent,
  streamRecord,
  timeOf,
  tombstone,
} from './support/factories.ts';
import { addDirectGroup, addGroup, addPerson, putItem, putItems, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What members add to messages: what it costs at usual sizes, and at the largest that are possible. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of reactions and pins');
let context: Wiring;
/** A user whose name the process has read. */
let ada: string;
let peer: string;

beforeAll(async () => {
  context = db().newContext();
  ada = await addPerson(context, 'ada');
  peer = newUserId();
});

async function startGroup(kind: 'direct' | 'named', length = 60): Promise<string> {
  const scene = { length, message: () => ({ message: TEXT }) };
  const { groupId } =
    kind === 'direct'
      ? await addDirectGroup(db().table, { ...scene, userIds: [ada, newUserId()] })
      : await addGroup(db().table, { ...scene, userIds: [ada, peer] });
  return groupId;
}

function handle(records: Parameters<typeof streamEvent>[0]) {
  const parts = { ...context, failures: () => Promise.resolve(), logger: createLogger('silent') };
  return createHandler(parts)(streamEvent(records));
}

/** Ids as Cognito gives them: 300 of them are 11 KB. */
const users = (count: number): string[] => upTo(count).map(newUserId);
const EMOJI = upTo(MAX_EMOJI).map((n) => String.fromCodePoint(0x1f600 + n));
/** R of a strong read of one emoji with all of its users, and of all emoji with all of theirs. */
const [FULL_EMOJI, FULL_MESSAGE] = [3, 54];

describe('reacting', () => {
  it.each(['direct', 'named'] as const)('in a %s group is 1 W and 4 R', async (kind) => {
    const groupId = await startGroup(kind);
    const request = { groupId, seq: 7, userId: ada, emoji: '👍' };
    await expectUnits(`react, ${kind}`, { W: 1, R: 4 }, () => react(context, request));
    await expectUnits(`react again, ${kind}`, { W: 0, R: 4 }, () => react(context, request));
    await expectUnits(`take back, ${kind}`, { W: 1, R: 4 }, () => takeBackReaction(context, request));
    await expectUnits(`take back again, ${kind}`, { W: 0, R: 4 }, () => takeBackReaction(context, request));
  });

  it('costs 1 W for each KB of the users with an emoji: 11 W at the most', async () => {
    const groupId = await startGroup('named');
    await putItem(db().table, reactionsItem({ groupId, seq: 7, users: users(MAX_REACTIONS - 1) }));
    const request = { groupId, seq: 7, userId: ada, emoji: '👍' };
    await expectUnits('react, the last of 300', { W: 11, R: 3 + FULL_EMOJI }, () => react(context, request));
    await expectUnits('take back, of 300', { W: 11, R: 3 + FULL_EMOJI }, () =>
      takeBackReaction(context, request),
    );
  });
});

describe('reading reactions', () => {
  /** Two reactions to each message. */
  const usual = (groupId: string, length = 60) =>
    upTo(length).flatMap((seq) => [
      reactionsItem({ groupId, seq, users: users(3) }),
      reactionsItem({ groupId, seq, emoji: '🎉', users: users(1) }),
    ]);
  /** All that members can add to a message. */
  const most = (groupId: string, seq: number) =>
    EMOJI.map((emoji) => reactionsItem({ groupId, seq, emoji, users: users(MAX_REACTIONS) }));

  it('with a page of history is 1 R for 4 KB of them', async () => {
    const groupId = await startGroup('named');
    await putItems(db().table, usual(groupId));
    const page = () => listMessages(context, { groupId, userId: ada, position: { at: 'end' }, limit: 50 });
    await page();
    // The own row, the newest change, the pins, the messages, and 100 items of reactions.
    await expectUnits('50 messages with 2 emoji each', { W: 0, R: 1 + 1 + 1 + 5 + 4 }, page);
    await putItems(db().table, most(groupId, 60));
    await expectUnits(
      'one of them with 20 emoji of 300 users',
      { W: 0, R: 1 + 1 + 1 + 5 + 3 + FULL_MESSAGE },
      page,
    );
  });

  it('with changes is 1 R for each message', async () => {
    const groupId = await startGroup('named');
    await putItems(db().table, usual(groupId));
    const changed = upTo(10).map((change) => ({
      ...changeKey(groupId, change),
      ...{ change, seqs: [5 * change], changed_at: timeOf(change) },
    }));
    await putItems(db().table, changed);
    const page = () => listChanges(context, { groupId, userId: ada, after: 0, limit: 50 });
    await expectUnits('changes, 10 messages with reactions', { W: 0, R: 1 + 1 + 1 + 10 * 2 }, page);
  });

  it('by their users is what all reactions to the message are', async () => {
    const groupId = await startGroup('named');
    await putItem(db().table, reactionsItem({ groupId, seq: 7, users: [ada] }));
    const page = (seq: number) => () => listReactors(context, { groupId, seq, userId: ada, limit: 1 });
    await expectUnits('who reacted', { W: 0, R: 1 + 1 + 1 }, page(7));
    await putItems(db().table, most(groupId, 8));
    const name = 0.5;
    await expectUnits('who of 6,000 reacted', { W: 0, R: 1 + 1 + FULL_MESSAGE + name }, page(8));
  });
});

describe('pins', () => {
  it.each(['direct', 'named'] as const)(
    'in a %s group are 4 W to pin, 2 W to unpin, and 4 R',
    async (kind) => {
      const groupId = await startGroup(kind);
      if (kind === 'named')
        await putItem(db().table, namedMemberItem({ groupId, userId: ada, role: 'admin' }));
      await putItem(db().table, pinsItem({ groupId, seqs: upTo(MAX_PINS - 1) }));
      const request = { groupId, seq: 55, userId: ada };
      await expectUnits(`pin the 50th, ${kind}`, { W: 4, R: 4 }, () => pinMessage(context, request));
      await expectUnits(`pin again, ${kind}`, { W: 0, R: 4 }, () => pinMessage(context, request));
      await expectUnits(`unpin, ${kind}`, { W: 2, R: 4 }, () => unpinMessage(context, request));
      await expectUnits(`unpin again, ${kind}`, { W: 0, R: 4 }, () => unpinMessage(context, request));
    },
  );

  it('are listed for 2 R each, at most', async () => {
    const groupId = await startGroup('named', 100);
    const list = () => listPins(context, groupId, ada);
    await expectUnits('no pins', { W: 0, R: 1 + 1 }, list);
    await putItem(db().table, pinsItem({ groupId, seqs: upTo(MAX_PINS).map((n) => 2 * n) }));
    await expectUnits('50 pins', { W: 0, R: 1 + 1 + 50 * 2 }, list);
  });
});

describe('the stream', () => {
  it.each(['direct', 'named'] as const)(
    'logs the reactions in a %s group by one entry, and checks that each message is there',
    async (kind) => {
      const groupId = await startGroup(kind);
      const records = [1, 2, 2, 3].map((seq, place) =>
        itemRecord(reactionsItem({ groupId, seq, emoji: EMOJI[place] ?? '👍' })),
      );
      // Of the group: META or the rows; of the change log: its newest entry.
      await expectUnits(`4 reactions to 3 messages, ${kind}`, { W: 1, R: 3 + 1 + 1 }, () => handle(records));
    },
  );

  it('removes the reactions of a deleted message: 1 W for each KB', async () => {
    const groupId = await startGroup('named');
    const items = [
      reactionsItem({ groupId, seq: 60, users: users(3) }),
      reactionsItem({ groupId, seq: 60, emoji: '🎉', users: users(MAX_REACTIONS) }),
    ];
    await putItems(db().table, items);
    const message = messageItem({ groupId, seq: 60, user_uuid: ada, message: TEXT });
    await handle([streamRecord(message)]);
    // The deleted seq, the summary, the mark that is there already, and the entry of the change log.
    const deletion = 1 + 1 + 1 + 1;
    await expectUnits(
      'a deletion with reactions of 303 users',
      { W: deletion + 1 + 11, R: 1 + 1 + 1 + 3 },
      () => handle([streamRecord(tombstone(message))]),
    );
  });
});
