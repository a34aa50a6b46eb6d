import { DeleteCommand, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Invite, Member } from '../domain/model.ts';
import type { InviteItem } from '../../schema/items.ts';
import {
  groupIdOf,
  INVITE_SK_END,
  INVITE_SK_PREFIX,
  inviteCodeOf,
  inviteKey,
  memberKey,
} from '../../schema/keys.ts';
import { conditionalTransaction } from './condition.ts';
import { inGroup, queryItems } from './query.ts';
import type { Table } from './table.ts';

/** The condition that an invitation exists and has not expired. `:now`: see `inviteTime`. */
export const INVITE_IS_VALID = 'expires_at > :now';

/** A time as `expires_at` has it: whole seconds since 1970, which an invitation that expires then has reached. */
export const inviteTime = (at: Date): number => Math.floor(at.getTime() / 1_000);

/** The invitations of every group. Expired ones are among them until DynamoDB deletes them, which may take days. */
export class InviteStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One invitation, strongly read. 1 R. */
  async find(groupId: string, code: string): Promise<Invite | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: inviteKey(groupId, code), ConsistentRead: true }),
    );
    return readInvite(Item);
  }

  /** All invitations of a group, by code, strongly read. 1 R for 4 KB. */
  async list(groupId: string): Promise<Invite[]> {
    const query = { ...inGroup(groupId, INVITE_SK_PREFIX, INVITE_SK_END), ConsistentRead: true };
    return queryItems(this.#table, query, Infinity, readInvite);
  }

  /**
   * Stores an invitation, if its creator has the role that was read: between the read and the write they may be removed, or
   * made a plain member. 4 W, and 2 W for each that it replaces.
   * @param replaced expired ones, which are deleted. None becomes valid again, so nothing can come between.
   * @returns whether it was stored.
   */
  async create(invite: Invite, creator: Member, replaced: readonly Invite[]): Promise<boolean> {
    const TableName = this.#table.name;
    const { groupId, code, ...attributes } = invite;
    const item: InviteItem = { ...inviteKey(groupId, code), ...attributes };
    const outcome = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item: item } },
            {
              ConditionCheck: {
                TableName,
                Key: memberKey(groupId, creator.userId),
                ConditionExpression: '#role = :seen',
                ExpressionAttributeNames: { '#role': 'role' },
                ExpressionAttributeValues: { ':seen': creator.role },
              },
            },
            ...replaced.map((expired) => ({ Delete: { TableName, Key: inviteKey(groupId, expired.code) } })),
          ],
        }),
      ),
    );
    return outcome.stored;
  }

  /** Deletes an invitation; one that is gone already stays so. 1 W. */
  async delete(groupId: string, code: string): Promise<void> {
    await this.#table.send(new DeleteCommand({ TableName: this.#table.name, Key: inviteKey(groupId, code) }));
  }
}

/** A stored invitation; undefined for an item that is among them without an invitation's key. */
function readInvite(item: object | undefined): Invite | undefined {
  if (!item) return undefined;
  const { pk, sk, ...attributes } = item as InviteItem;
  const groupId = groupIdOf({ pk });
  const code = inviteCodeOf({ pk, sk });
  return groupId === undefined || code === undefined ? undefined : { ...attributes, groupId, code };
}
