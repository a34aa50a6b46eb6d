import { DeleteCommand, UpdateCommand, type UpdateCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Reaction, SeqRange } from '../domain/model.ts';
import { MAX_REACTIONS, type ReactionsItem } from '../../schema/items.ts';
import { type Key, reactionsBetween, reactionsKey, reactionsOf } from '../../schema/keys.ts';
import { conditionalWrite } from './condition.ts';
import { inGroup, queryItems } from './query.ts';
import type { Table } from './table.ts';

/** A message's reactions with one emoji, and the user who adds or takes back theirs. */
export interface OwnReaction {
  readonly groupId: string;
  readonly seq: number;
  /** See `canonicalEmoji`. */
  readonly emoji: string;
  readonly userId: string;
}

/** What became of a reaction: the users with this emoji as they are now, or as they were where it was not written. */
export interface ReactionOutcome {
  readonly stored: boolean;
  readonly users: readonly string[];
}

/**
 * The reactions to the messages of every group: for each message and emoji a set of users, in an item of its own. Adding to
 * a set and taking from it change nothing when they are repeated, and never undo what another user did at the same time. Of
 * one user's two devices the last write counts, which may be the SDK's repeat of an earlier one.
 */
export class ReactionStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Adds a user, unless MAX_REACTIONS others are in the set or they are in it already. 1 W for each KB: 11 W at 300. */
  async add(reaction: OwnReaction): Promise<ReactionOutcome> {
    return this.#update(reaction, 'ADD #users :users', `${IS_NOT_IN} AND ${HAS_ROOM}`, {
      ':most': MAX_REACTIONS,
    });
  }

  /** Takes a user out, if they are in the set. 1 W for each KB. */
  async remove(reaction: OwnReaction): Promise<ReactionOutcome> {
    return this.#update(reaction, 'DELETE #users :users', IS_IN);
  }

  /**
   * The reactions to the messages of a part of a log, in the order of the log and of their emoji, strongly read. 1 R for
   * 4 KB: 3 R for an emoji of 300 users.
   */
  async inRange(groupId: string, { from, to }: SeqRange): Promise<MessageReactions[]> {
    const query = { ...inGroup(groupId, ...reactionsBetween(from, to)), ConsistentRead: true };
    return queryItems(this.#table, query, Infinity, readReactions);
  }

  /** Removes all reactions to a message, those without users too. 1 W for each KB of each emoji, and the read of them. */
  async removeAll(groupId: string, seq: number): Promise<void> {
    const query = { ...inGroup(groupId, ...reactionsBetween(seq, seq)), ConsistentRead: true };
    const keys = await queryItems(this.#table, query, Infinity, keyOfReactions);
    await Promise.all(
      keys.map((key) => this.#table.send(new DeleteCommand({ TableName: this.#table.name, Key: key }))),
    );
  }

  /** Removes the item of an emoji that all users took back. Between the record of that and this, users may have reacted. */
  async removeEmpty(groupId: string, seq: number, emoji: string): Promise<void> {
    await conditionalWrite(
      this.#table.send(
        new DeleteCommand({
          TableName: this.#table.name,
          Key: reactionsKey(groupId, seq, emoji),
          ConditionExpression: HAS_NO_USERS,
          ExpressionAttributeNames: NAMES,
        }),
      ),
    );
  }

  async #update(
    { groupId, seq, emoji, userId }: OwnReaction,
    update: string,
    condition: string,
    values: Readonly<Record<string, number>> = {},
  ): Promise<ReactionOutcome> {
    const outcome = await conditionalWrite<ReactionsItem, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: reactionsKey(groupId, seq, emoji),
          UpdateExpression: update,
          ConditionExpression: condition,
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: { ':user': userId, ':users': new Set([userId]), ...values },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    const item = outcome.stored ? outcome.answer.Attributes : outcome.existing;
    return { stored: outcome.stored, users: usersIn(item) };
  }
}

/** The users who reacted to a message with one emoji. */
export interface MessageReactions extends Reaction {
  readonly seq: number;
}

/** `users` is a reserved word in expressions. */
const NAMES = { '#users': 'users' };
const IS_IN = 'contains(#users, :user)';
const IS_NOT_IN = 'NOT contains(#users, :user)';
const HAS_NO_USERS = 'attribute_not_exists(#users)';
const HAS_ROOM = '(attribute_not_exists(#users) OR size(#users) < :most)';

/** A set has no order: the users are in that of their ids, so that everybody is shown the same ones. */
const usersIn = (item: Pick<ReactionsItem, 'users'> | undefined): string[] => [...(item?.users ?? [])].sort();

function keyOfReactions(item: object): Key | undefined {
  const { pk, sk } = item as Key;
  return reactionsOf({ pk, sk }) && { pk, sk };
}

/** Stored reactions; undefined for an item that is among them without such a key, or has no users. */
function readReactions(item: object): MessageReactions | undefined {
  const place = reactionsOf(item as Key);
  const users = usersIn(item);
  return place && users.length > 0 ? { ...place, users } : undefined;
}
