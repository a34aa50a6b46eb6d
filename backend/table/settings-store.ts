import { UpdateCommand, type UpdateCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Member } from '../domain/model.ts';
import type { MemberItem } from '../../schema/items.ts';
import { memberKey } from '../../schema/keys.ts';
import { conditionalWrite } from './condition.ts';
import { memberOf } from './items.ts';
import type { Table } from './table.ts';

/** Members' own settings of their groups: attributes of their rows, which `MemberStore` reads. */
export class SettingsStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Ends that a group is marked as unread, if it still is as the row was read: another device may mark it again. 2 W with the
   * index.
   * @returns the row, as it is now; undefined where nothing was written.
   */
  async endUnread({ groupId, userId, unread_seq }: Member): Promise<Member | undefined> {
    const outcome = await conditionalWrite<MemberItem, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(groupId, userId),
          UpdateExpression: 'REMOVE unread_seq',
          ConditionExpression: 'unread_seq = :seen',
          ExpressionAttributeValues: { ':seen': unread_seq },
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    return outcome.stored ? memberOf(outcome.answer.Attributes as MemberItem) : undefined;
  }

  /**
   * Changes a member's settings of a group, if their membership is the one that was read. 2 W with the index.
   * @param settings by attribute; one that is undefined is removed. None: nothing is written.
   * @returns the row as it is now; undefined where the membership has ended.
   */
  async changeSettings(
    seen: Member,
    settings: Readonly<Record<string, string | number | true | undefined>>,
  ): Promise<Member | undefined> {
    const entries = Object.entries(settings);
    if (entries.length === 0) return seen;
    const set = entries.filter(([, value]) => value !== undefined);
    const removed = entries.filter(([, value]) => value === undefined).map(([name]) => name);
    const clauses = [
      ...(set.length > 0 ? [`SET ${set.map(([name]) => `${name} = :${name}`).join(', ')}`] : []),
      ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
    ];
    const outcome = await conditionalWrite<MemberItem, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(seen.groupId, seen.userId),
          UpdateExpression: clauses.join(' '),
          ConditionExpression: 'joined_seq = :joined',
          ExpressionAttributeValues: {
            ':joined': seen.joined_seq,
            ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
          },
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    return outcome.stored ? memberOf(outcome.answer.Attributes as MemberItem) : undefined;
  }
}
