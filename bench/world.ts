import { directGroupId } from '../schema/ids.ts';
import { conversation, type Conversation, type Item, profile } from './items.ts';
import { CIRCLES, userId } from './people.ts';
import type { Plan } from './plan.ts';

/**
 * The writers: the API, or one of the raw loops. Each has its own conversations to write to, because a raw loop does
 * not support other writers to the same log.
 */
export const SIDES = ['api', 'sdkApi', 'lean', 'raw', 'defaults', 'floor', 'metered'] as const;
export type Side = (typeof SIDES)[number];
export type ApiSide = Extract<Side, 'api' | 'sdkApi'>;
export type RawSide = Exclude<Side, ApiSide>;

/** Conversations of each caller: more than a page of the inbox. The first is read, the others are written to. */
const PEERS = 36;
const READ = 0;
const SEND_TO = {
  api: [1, 2, 3, 4],
  raw: [5, 6, 7, 8],
  defaults: [9, 10, 11, 12],
  metered: [13, 14, 15, 16],
  sdkApi: [17, 18, 19, 20],
  lean: [21, 22, 23, 24],
  floor: [31, 32, 33, 34],
};
/** Groups that each client sends to in turn. */
export const GROUPS_TO_SEND_TO = SEND_TO.api.length;
const MARK = { api: 25, raw: 26, defaults: 27, metered: 28, sdkApi: 29, lean: 30, floor: 35 };
/**
 * Seconds between the newest messages of one person's conversations, on the growth curves: 12 conversations are active on a
 * day. A page of the inbox reads the rows of one day more than it shows.
 */
export const INBOX_SPACING_S = 7_200;
/** Members of the group that all clients send to. */
const HOT_MEMBERS = 8;
const HOT_GROUP = {
  api: '00000000000000000000000001',
  raw: '00000000000000000000000002',
  defaults: '00000000000000000000000003',
  metered: '00000000000000000000000004',
  sdkApi: '00000000000000000000000005',
  lean: '00000000000000000000000006',
  floor: '00000000000000000000000007',
};
/** Messages of the conversation that is read: more than a page. */
const READ_MESSAGES = 200;
/**
 * The newest seq in the summaries of conversations that are marked as read. A mark has to be higher than the one before it
 * and at most this seq. It costs the same wherever it is, and no run reaches this one.
 */
const CLAIMED_SEQ = 900_000_000;

/** A caller and their conversations. */
export interface Caller {
  readonly userId: string;
  readonly history: string;
  readonly send: Readonly<Record<Side, readonly string[]>>;
  readonly mark: Readonly<Record<Side, string>>;
  readonly hot: Readonly<Record<Side, string>>;
}

/** Everything that is measured, by its ids in the table. */
export interface World {
  readonly callers: readonly Caller[];
  /** Conversations with each of these numbers of messages, and the person who has all of them. */
  readonly histories: readonly {
    readonly userId: string;
    readonly groupId: string;
    readonly messages: number;
  }[];
  /** Persons with each of these numbers of conversations. */
  readonly inboxes: readonly { readonly userId: string; readonly groupIds: readonly string[] }[];
}

/** The measured people and groups, and the items to write for them. */
export function createWorld(plan: Plan): { readonly world: World; readonly items: Iterable<Item> } {
  const clients = Math.max(...plan.clients);
  const histories = plan.messages.map((messages, place) => {
    const person = userId(CIRCLES.curves, place);
    return { userId: person, groupId: directGroupId(person, peer(0)), messages };
  });
  const inboxes = plan.groups.map((groups, place) => {
    const person = userId(CIRCLES.curves, plan.messages.length + place);
    return {
      userId: person,
      groupIds: Array.from({ length: groups }, (_, number) => directGroupId(person, peer(number))),
    };
  });
  const world = {
    callers: Array.from({ length: clients }, (_, number) => caller(number)),
    histories,
    inboxes,
  };
  return { world, items: itemsOf(world) };
}

function caller(number: number): Caller {
  const id = userId(CIRCLES.callers, number);
  const withPeer = (place: number) => directGroupId(id, peer(place));
  return {
    userId: id,
    history: withPeer(READ),
    send: bySide((side) => SEND_TO[side].map(withPeer)),
    mark: bySide((side) => withPeer(MARK[side])),
    hot: HOT_GROUP,
  };
}

function bySide<Value>(make: (side: Side) => Value): Record<Side, Value> {
  return {
    api: make('api'),
    sdkApi: make('sdkApi'),
    lean: make('lean'),
    raw: make('raw'),
    defaults: make('defaults'),
    floor: make('floor'),
    metered: make('metered'),
  };
}

const peer = (place: number): string => userId(CIRCLES.peers, place);

/** Returns the user whose token a client sends to the hot group with: its members take turns. */
export function hotSender(world: World, client: number): Caller | undefined {
  return world.callers[client % Math.min(HOT_MEMBERS, world.callers.length)];
}

function* itemsOf({ callers, histories, inboxes }: World): Generator<Item> {
  const peers = Math.max(PEERS, ...inboxes.map(({ groupIds }) => groupIds.length));
  for (let place = 0; place < peers; place += 1) yield profile(peer(place), `peer-${place}`);
  for (const [number, { userId: id }] of callers.entries()) {
    yield profile(id, `caller-${number}`);
    for (let place = 0; place < PEERS; place += 1) yield* conversation(callersConversation(id, place));
  }
  const hotMembers = callers.slice(0, HOT_MEMBERS).map((member) => member.userId);
  for (const side of SIDES) {
    // Older than all others: a page of a caller's inbox reads these groups, and shows the caller's own conversations.
    yield* conversation({ groupId: HOT_GROUP[side], userIds: hotMembers, messages: 1, offset: -1_000_000 });
  }
  for (const { userId: id, groupId, messages } of histories) {
    yield profile(id, `history-${messages}`);
    yield* conversation({ groupId, userIds: [id, peer(0)], messages });
  }
  for (const { userId: id, groupIds } of inboxes) {
    yield profile(id, `inbox-${groupIds.length}`);
    for (const [place, groupId] of groupIds.entries()) {
      yield* conversation({
        groupId,
        userIds: [id, peer(place)],
        messages: 1,
        offset: place * INBOX_SPACING_S,
      });
    }
  }
}

function callersConversation(id: string, place: number): Conversation {
  const marked = Object.values(MARK).includes(place);
  return {
    groupId: directGroupId(id, peer(place)),
    userIds: [id, peer(place)],
    messages: place === READ ? READ_MESSAGES : 1,
    ...(marked && { claimedSeq: CLAIMED_SEQ }),
    offset: place,
  };
}
