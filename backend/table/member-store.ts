import { GetCommand, UpdateCommand, type UpdateCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Group, InboxRow, Member, SummaryChange, SummaryState } from '../domain/model.ts';
import type { GroupItem, MemberItem, Summary } from '../../schema/items.ts';
import { INBOX_INDEX } from '../../schema/table.ts';
import {
  GROUP_SK,
  groupPk,
  inboxPk,
  inboxSk,
  type Key,
  MEMBER_SK_END,
  MEMBER_SK_PREFIX,
  memberKey,
} from '../../schema/keys.ts';
import { conditionalWrite, type WriteOutcome } from './condition.ts';
import { groupOf, memberOf, readMember } from './items.ts';
import type { MessageCodec } from './message-codec.ts';
import { queryItems } from './query.ts';
import type { Table } from './table.ts';

/** The members of every group, and through the index everybody's inbox. */
export class MemberStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /** All members of a group, strongly read: who is in it now. Empty where there is no such group. 1 R for 8 members. */
  async list(groupId: string): Promise<Member[]> {
    const query = {
      // For `begins_with` the embedded engine looks through the whole partition, messages and all.
      KeyConditionExpression: 'pk = :group AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':group': groupPk(groupId),
        ':from': MEMBER_SK_PREFIX,
        ':to': MEMBER_SK_END,
      },
      ConsistentRead: true,
    };
    return queryItems(this.#table, query, Infinity, readMember);
  }

  /** A group with its members in one strong read; `group` is undefined where there is none. */
  async listWithGroup(groupId: string): Promise<{ group: Group | undefined; members: Member[] }> {
    const items = await queryItems<Key>(this.#table, {
      KeyConditionExpression: 'pk = :group AND sk BETWEEN :member AND :meta',
      ExpressionAttributeValues: {
        ':group': groupPk(groupId),
        ':member': MEMBER_SK_PREFIX,
        ':meta': GROUP_SK,
      },
      ConsistentRead: true,
    });
    const group = items.find((item): item is GroupItem => item.sk === GROUP_SK);
    return { group: group && groupOf(group), members: items.flatMap((item) => readMember(item) ?? []) };
  }

  /** One member, strongly read: whether this user is in the group now. 1 R. */
  async find(groupId: string, userId: string): Promise<Member | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: memberKey(groupId, userId), ConsistentRead: true }),
    );
    return Item && memberOf(Item as MemberItem);
  }

  /**
   * A user's inbox, newest activity first. Eventually consistent, as an index is. A row's key says whose it is: another
   * user's row is not shown, in whichever inbox it claims to be.
   * @param after the `inbox_sk` to continue after.
   */
  async inbox(userId: string, limit: number, after?: string): Promise<InboxRow[]> {
    const rows = await queryItems(
      this.#table,
      {
        IndexName: INBOX_INDEX,
        KeyConditionExpression:
          after === undefined ? 'inbox_pk = :user' : 'inbox_pk = :user AND inbox_sk < :after',
        ExpressionAttributeValues: {
          ':user': inboxPk(userId),
          ...(after !== undefined && { ':after': after }),
        },
        ScanIndexForward: false,
      },
      limit,
      (item) => {
        const row = readMember(item);
        return row?.userId === userId ? row : undefined;
      },
    );
    return this.withPreviews(rows);
  }

  /** Rows with their previews as plain texts. @throws TextKeysUnavailableError */
  async withPreviews(members: readonly Member[]): Promise<InboxRow[]> {
    return this.#codec.decodePreviews(members);
  }

  /**
   * Writes what the stream made of a row, if the row still is the one that was read. What can come in between is
   * another batch's summary, a read mark, a removal, or a removal and a new joining; each changes one of the attributes
   * in the condition (or removes the row), and the row that is there now is handed back to be looked at again.
   * 1 W, and 1 or 2 W for the index.
   */
  async applySummary(row: Member, change: SummaryChange): Promise<WriteOutcome<Member>> {
    if (change.tombstones) return this.replaceSummary(row, { ...change, ...change.tombstones });
    const { summary } = change;
    const adds = change.deleted.length > 0;
    const removes = summary.last_event ? [] : ['REMOVE last_event'];
    return this.#writeSummary(row, summary, {
      update: [setsOf(summary), ...removes, ...(adds ? ['ADD deleted_seqs :deleted'] : [])].join(' '),
      condition: ROW_IS_UNCHANGED,
      values: { ':read_seq': change.read_seq, ...(adds && { ':deleted': new Set(change.deleted) }) },
    });
  }

  /**
   * Puts a row right, whatever it was, if it still is the one that was read: `deleted_seqs` included, because here it
   * is replaced, and a deletion that the stream added meanwhile must not be lost.
   */
  async replaceSummary(row: Member, state: SummaryState): Promise<WriteOutcome<Member>> {
    const { deleted_seqs: seen } = row;
    const { deleted_seqs: named, folded } = state;
    const sets = [
      setsOf(state.summary),
      ...(named.size > 0 ? ['deleted_seqs = :deleted'] : []),
      ...(folded ? ['folded_seq = :folded_seq, folded_count = :folded_count'] : []),
    ].join(', ');
    const removes = [
      ...(named.size > 0 ? [] : ['deleted_seqs']),
      ...(folded ? [] : ['folded_seq, folded_count']),
      ...(state.summary.last_event ? [] : ['last_event']),
    ].join(', ');
    return this.#writeSummary(row, state.summary, {
      update: removes === '' ? sets : `${sets} REMOVE ${removes}`,
      condition: `${ROW_IS_UNCHANGED} AND ${seen ? 'deleted_seqs = :seen_deleted' : 'attribute_not_exists(deleted_seqs)'}`,
      values: {
        ':read_seq': state.read_seq,
        ...(named.size > 0 && { ':deleted': named }),
        ...(folded && { ':folded_seq': folded.seq, ':folded_count': folded.count }),
        ...(seen && { ':seen_deleted': seen }),
      },
    });
  }

  /**
   * Moves a read mark forward, if the row is there, the mark is behind `seq`, the row knows of a message at `seq`, and
   * tombstones behind `seq` are not only counted. A summary that comes in between changes neither of the first; another
   * device's mark that is further wins. 2 W.
   */
  async raiseReadSeq(groupId: string, userId: string, seq: number): Promise<RaiseOutcome> {
    const condition = `${MARK_IS_BEHIND} AND ${ROW_KNOWS_THE_MESSAGE} AND ${NOT_IN_THE_FOLD}`;
    return this.#raiseReadSeq(groupId, userId, seq, condition);
  }

  /** The same for a seq that the log was seen to have, though the row does not know of it yet. */
  async raiseReadSeqAheadOfRow(groupId: string, userId: string, seq: number): Promise<RaiseOutcome> {
    return this.#raiseReadSeq(groupId, userId, seq, `${MARK_IS_BEHIND} AND ${NOT_IN_THE_FOLD}`);
  }

  async #raiseReadSeq(
    groupId: string,
    userId: string,
    seq: number,
    condition: string,
  ): Promise<RaiseOutcome> {
    const outcome = await conditionalWrite<MemberItem, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(groupId, userId),
          UpdateExpression: 'SET read_seq = :seq',
          ConditionExpression: condition,
          ExpressionAttributeValues: { ':seq': seq },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    return outcome.stored
      ? { raised: true, row: memberOf(outcome.answer.Attributes as MemberItem) }
      : { raised: false, row: outcome.existing && memberOf(outcome.existing) };
  }

  /**
   * Forgets tombstones that a read mark has passed. They count for nothing in any case, so nothing that comes in
   * between matters; a row that is gone stays gone. 2 W.
   */
  async dropTombstones({ groupId, userId }: Member, passed: readonly number[]): Promise<void> {
    await conditionalWrite(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(groupId, userId),
          UpdateExpression: 'DELETE deleted_seqs :passed',
          ConditionExpression: ROW_EXISTS,
          ExpressionAttributeValues: { ':passed': new Set(passed) },
        }),
      ),
    );
  }

  async #writeSummary(
    row: Member,
    summary: Summary,
    expression: { update: string; condition: string; values: Record<string, unknown> },
  ): Promise<WriteOutcome<Member>> {
    const { groupId, userId } = row;
    const outcome = await conditionalWrite<MemberItem, unknown>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(groupId, userId),
          UpdateExpression: expression.update,
          ConditionExpression: `${expression.condition} AND ${row.folded_seq === undefined ? NOT_FOLDED : FOLD_IS_UNCHANGED}`,
          ExpressionAttributeValues: {
            ':last_seq': summary.last_seq,
            ':last_rev': summary.last_rev,
            ':last_at': summary.last_at,
            ':last_by': summary.last_by,
            ':last_kind': summary.last_kind ?? 'text',
            ':preview': summary.preview,
            ...(summary.last_event && { ':last_event': summary.last_event }),
            ':inbox_sk': inboxSk(summary.last_at, groupId),
            ':seen_joined_seq': row.joined_seq,
            ':seen_last_seq': row.last_seq,
            ':seen_last_rev': row.last_rev,
            ':seen_read_seq': row.read_seq,
            ...(row.folded_seq !== undefined && {
              ':seen_folded_seq': row.folded_seq,
              ':seen_folded_count': row.folded_count,
            }),
            ...expression.values,
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.stored) return outcome;
    return { stored: false, existing: outcome.existing && memberOf(outcome.existing) };
  }
}

/** What became of a read mark: the row as it is now, undefined when there is none. */
export type RaiseOutcome =
  | { readonly raised: true; readonly row: Member }
  | { readonly raised: false; readonly row: Member | undefined };

const SET_SUMMARY =
  'SET last_seq = :last_seq, last_rev = :last_rev, last_at = :last_at, last_by = :last_by, last_kind = :last_kind, ' +
  'preview = :preview, inbox_sk = :inbox_sk, read_seq = :read_seq';

function setsOf({ last_event }: Summary): string {
  return last_event ? `${SET_SUMMARY}, last_event = :last_event` : SET_SUMMARY;
}

const ROW_IS_UNCHANGED =
  'joined_seq = :seen_joined_seq AND last_seq = :seen_last_seq AND last_rev = :seen_last_rev AND read_seq = :seen_read_seq';

const NOT_FOLDED = 'attribute_not_exists(folded_seq)';

const FOLD_IS_UNCHANGED = 'folded_seq = :seen_folded_seq AND folded_count = :seen_folded_count';

const ROW_EXISTS = 'attribute_exists(pk)';

const NOT_IN_THE_FOLD = '(attribute_not_exists(folded_seq) OR folded_seq <= :seq)';

const MARK_IS_BEHIND = 'read_seq < :seq';

const ROW_KNOWS_THE_MESSAGE = 'last_seq >= :seq';
