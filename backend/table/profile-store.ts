import { GetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Person, Profile } from '../domain/model.ts';
import type { HandleItem, ProfileItem } from '../../schema/items.ts';
import { handleKey, handlePk, profileKey } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalTransaction } from './condition.ts';
import { profileItemOf, profileOf } from './items.ts';
import { queryItems } from './query.ts';
import type { Table } from './table.ts';

export type ProfileOutcome = 'stored' | 'handle_taken' | 'profile_changed';

/** People, and the handles that find them. */
export class ProfileStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Strongly read. 1 R. */
  async find(userId: string): Promise<Profile | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: profileKey(userId), ConsistentRead: true }),
    );
    return Item && profileOf(Item as ProfileItem);
  }

  /** Some profiles, in no order; those that are not there are left out. Eventually consistent: 0.5 R each. */
  async findMany(userIds: readonly string[]): Promise<Profile[]> {
    const items = await batchGet(this.#table, userIds.map(profileKey));
    return items.map((item) => profileOf(item as ProfileItem));
  }

  /**
   * Who has a handle.
   * @param consistency `strong` where a message is going to be sent to them: a handle that changed hands a moment ago
   * must not misdirect it. 0.5 R eventual, 1 R strong.
   */
  async findByHandle(handle: string, consistency: 'eventual' | 'strong'): Promise<Person | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({
        TableName: this.#table.name,
        Key: handleKey(handle),
        ConsistentRead: consistency === 'strong',
      }),
    );
    return Item && personOf(Item as HandleItem);
  }

  /** Who has these handles, by handle, strongly read; one that nobody has is left out. 1 R each. */
  async findByHandles(handles: Iterable<string>): Promise<ReadonlyMap<string, Person>> {
    const claims = await batchGet(this.#table, [...new Set(handles)].map(handleKey), true);
    return new Map((claims as HandleItem[]).map((claim) => [claim.sk, personOf(claim)]));
  }

  /**
   * Handles that start with a prefix, in order. Eventually consistent, 0.5 R for 4 KB.
   * @param after the handle to go on after.
   */
  async findByPrefix(prefix: string, limit: number, after?: string): Promise<Person[]> {
    const claims = await queryItems<HandleItem>(
      this.#table,
      {
        KeyConditionExpression: 'pk = :partition AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':partition': handlePk(prefix),
          // Both ends are included: what comes right after a handle is that handle with the lowest character behind it.
          ':from': after === undefined ? prefix : `${after}\u0000`,
          // `~` sorts behind every character a handle can have.
          ':to': `${prefix}~`,
        },
      },
      limit,
    );
    return claims.map(personOf);
  }

  /**
   * Writes a profile with the claim of its handle, and releases the claim of the handle it had, in one transaction.
   * Between the caller's read of `seen` and this write somebody may claim the handle, or another request of the same
   * user may change the profile; each fails a condition, and nothing is written.
   */
  async save(profile: Profile, seen: Profile | undefined): Promise<ProfileOutcome> {
    const TableName = this.#table.name;
    const { userId, handle, display_name } = profile;
    const released = seen !== undefined && seen.handle !== handle ? seen.handle : undefined;
    const writes: TransactWriteCommandInput['TransactItems'] = [
      {
        Put: {
          TableName,
          Item: profileItemOf(profile),
          ...(seen
            ? {
                ConditionExpression: PROFILE_HAS_THE_HANDLE_SEEN,
                ExpressionAttributeValues: { ':seen': seen.handle },
              }
            : { ConditionExpression: NO_PROFILE }),
        },
      },
      {
        Put: {
          TableName,
          Item: { ...handleKey(handle), user_uuid: userId, display_name },
          ConditionExpression: HANDLE_IS_FREE_OR_OWN,
          ExpressionAttributeValues: { ':user': userId },
        },
      },
    ];
    if (released !== undefined) {
      writes.push({
        Delete: {
          TableName,
          Key: handleKey(released),
          ConditionExpression: HANDLE_IS_OWN,
          ExpressionAttributeValues: { ':user': userId },
        },
      });
    }
    const outcome = await conditionalTransaction(
      this.#table.send(new TransactWriteCommand({ TransactItems: writes })),
    );
    if (outcome.stored) return 'stored';
    // An own write whose answer was lost leaves a profile that differs from `seen`: the caller reads it and sees.
    return outcome.items[1]?.held === false ? 'handle_taken' : 'profile_changed';
  }
}

const NO_PROFILE = 'attribute_not_exists(pk)';
const PROFILE_HAS_THE_HANDLE_SEEN = 'handle = :seen';
const HANDLE_IS_FREE_OR_OWN = 'attribute_not_exists(pk) OR user_uuid = :user';
const HANDLE_IS_OWN = 'user_uuid = :user';

function personOf({ sk: handle, user_uuid: userId, display_name }: HandleItem): Person {
  return { userId, handle, display_name };
}
