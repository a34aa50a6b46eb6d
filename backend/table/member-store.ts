import {
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { DirectMember, Group, Member, ReadMark } from '../domain/model.ts';
import { type FormerGroupItem, type GroupItem, MAX_GROUPS, type MemberItem } from '../../schema/items.ts';
import { INBOX_INDEX } from '../../schema/table.ts';
import {
  formerGroupKey,
  GROUP_SK,
  groupKey,
  inboxPk,
  MEMBER_SK_END,
  MEMBER_SK_PREFIX,
  memberKey,
  NAMED_INBOX_PREFIX,
} from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { conditionalWrite, type WriteOutcome } from './condition.ts';
import { groupOf, memberItemOf, memberOf, readMember } from './items.ts';
import { inGroup, type ItemPage, queryItems, queryPage } from './query.ts';
import { summaryIsUnchanged, summaryUpdate } from './summary-update.ts';
import type { Table } from './table.ts';

/** A group and one user's row of it, as they were read together; each is undefined where there is none. */
export interface OwnRow {
  readonly group: Group | undefined;
  readonly own: Member | undefined;
}

/** The members of every group, and through the index every user's inbox. */
export class MemberStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One member, strongly read: whether this user is in the group now. 1 R. */
  async find(groupId: string, userId: string): Promise<Member | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: memberKey(groupId, userId), ConsistentRead: true }),
    );
    return readMember(Item);
  }

  /** Whether a user's last membership of a group ended by their removal, strongly read. 1 R. */
  async wasRemoved(groupId: string, userId: string): Promise<boolean> {
    const { Item } = await this.#table.send(
      new GetCommand({
        TableName: this.#table.name,
        Key: formerGroupKey(userId, groupId),
        ConsistentRead: true,
      }),
    );
    return (Item as FormerGroupItem | undefined)?.removed_by !== undefined;
  }

  /**
   * Some members, in no order; those who are no members are left out.
   * @param consistency `strong`, 1 R a user, where something is written because of it; `eventual`: 0.5 R.
   */
  async findMany(
    groupId: string,
    userIds: readonly string[],
    consistency: 'eventual' | 'strong' = 'strong',
  ): Promise<Member[]> {
    const keys = [...new Set(userIds)].map((userId) => memberKey(groupId, userId));
    const items = await batchGet(this.#table, keys, consistency === 'strong');
    return items.flatMap((item) => readMember(item) ?? []);
  }

  /**
   * A user's row and META, both strongly read. 2 R. It is no snapshot: each may be read before or after a change of both.
   */
  async findWithGroup(groupId: string, userId: string): Promise<OwnRow> {
    const items = await batchGet(this.#table, [memberKey(groupId, userId), groupKey(groupId)], true);
    const group = items.find((item) => item.sk === GROUP_SK);
    return {
      group: group && groupOf(group as GroupItem),
      own: items.flatMap((item) => readMember(item) ?? [])[0],
    };
  }

  /** Both rows of a direct group, strongly read; fewer where the group is damaged or is none. 1 R. */
  async pair(groupId: string): Promise<DirectMember[]> {
    const rows = await this.list(groupId, 2);
    return rows.flatMap((row) => (row.peer === undefined ? [] : [row]));
  }

  /**
   * A page of a group's members by user id, strongly read. 1 R for 4 KB.
   * @param after the user id to continue after.
   */
  async list(groupId: string, limit: number, after?: string): Promise<Member[]> {
    const from = after === undefined ? MEMBER_SK_PREFIX : `${MEMBER_SK_PREFIX}${after}\0`;
    const query = { ...inGroup(groupId, from, MEMBER_SK_END), ConsistentRead: true };
    return queryItems(this.#table, query, limit, readMember);
  }

  /** All members of a group in pages, strongly read: for succession and maintenance, never for a request's hot path. */
  async *pages(groupId: string): AsyncGenerator<Member[]> {
    let after: string | undefined;
    do {
      const page = await this.list(groupId, MEMBERS_A_PAGE, after);
      if (page.length > 0) yield page;
      after = page.length < MEMBERS_A_PAGE ? undefined : page.at(-1)?.userId;
    } while (after !== undefined);
  }

  /**
   * A user's rows from a place in the inbox down: first those of named groups, then those of direct groups by the time in
   * their keys. Eventually consistent, as an index is. 0.5 R for 4 KB. A row's key says whose it is: another user's row is
   * left out, whichever inbox it claims to be in.
   * @param below an `inbox_sk`; absent: from the end of the inbox.
   */
  async inbox(userId: string, limit: number, below?: string): Promise<ItemPage<Member>> {
    return below === undefined
      ? this.#inboxQuery(userId, limit, 'inbox_pk = :user', {})
      : this.#inboxQuery(userId, limit, 'inbox_pk = :user AND inbox_sk < :below', { ':below': below });
  }

  /** A user's rows of named groups. Eventually consistent. 0.5 R for 4 KB. */
  async namedRows(userId: string): Promise<Member[]> {
    const condition = 'inbox_pk = :user AND inbox_sk >= :named';
    return (await this.#inboxQuery(userId, Infinity, condition, { ':named': NAMED_INBOX_PREFIX })).items;
  }

  /**
   * How many named groups a user is in, up to MAX_GROUPS, and to how many of those others added them. Eventually
   * consistent. 0.5 R for 4 KB: 18 R at 500 groups.
   */
  async countNamed(userId: string): Promise<{ readonly groups: number; readonly byOthers: number }> {
    const page = await this.#table.send(
      new QueryCommand({
        TableName: this.#table.name,
        IndexName: INBOX_INDEX,
        KeyConditionExpression: 'inbox_pk = :user AND inbox_sk >= :named',
        FilterExpression: 'attribute_exists(added_by)',
        ExpressionAttributeValues: { ':user': inboxPk(userId), ':named': NAMED_INBOX_PREFIX },
        Select: 'COUNT',
        Limit: MAX_GROUPS,
      }),
    );
    return { groups: page.ScannedCount ?? 0, byOthers: page.Count ?? 0 };
  }

  /**
   * Writes the summary of a direct group's row, if the row is the one that was read: 2 W with the index, 2 W more where
   * its place in the inbox moves. Between the read and the write another batch's summary, a read mark or a repair may
   * come; each changes a number in the condition, and the row as it is then is returned to be looked at again.
   */
  async applySummary(seen: DirectMember, now: DirectMember): Promise<WriteOutcome<DirectMember>> {
    // In a direct group `n` is the seq.
    const { sets, removes, values } = summaryUpdate(now, ['read_n']);
    const unchanged = summaryIsUnchanged(seen);
    const outcome = await conditionalWrite<MemberItem, unknown>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(seen.groupId, seen.userId),
          UpdateExpression: `SET ${sets}, inbox_sk = :inbox_sk, read_seq = :read_seq ${removes}`,
          ConditionExpression: `${unchanged.condition} AND ${MARK_IS_UNCHANGED}`,
          ExpressionAttributeValues: {
            ...values,
            ...unchanged.values,
            ':inbox_sk': now.inbox_sk,
            ':read_seq': now.read_seq,
            ':seen_read_seq': seen.read_seq,
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.stored) return outcome;
    const existing = outcome.existing && memberOf(outcome.existing);
    return { stored: false, existing: existing?.peer === undefined ? undefined : existing };
  }

  /**
   * Moves a read mark forward. Between the caller's reads and this a further mark of another device may come: it wins. A
   * member who left stays gone. 2 W with the index.
   * @param onlyWithSummary where the row's summary shows that the log has the seq: of a direct group.
   */
  async raiseMark(
    groupId: string,
    userId: string,
    mark: ReadMark,
    onlyWithSummary = false,
  ): Promise<RaiseOutcome> {
    const storesN = mark.n !== mark.seq;
    const outcome = await conditionalWrite<MemberItem, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(groupId, userId),
          UpdateExpression: markUpdate(mark),
          ConditionExpression: onlyWithSummary ? `${MARK_IS_LOWER} AND ${SUMMARY_HAS_SEQ}` : MARK_IS_LOWER,
          ExpressionAttributeValues: { ':seq': mark.seq, ...(storesN && { ':n': mark.n }) },
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
   * Writes another read mark, also a lower one, if the row is the one that was read: for a rebuild. Between the read and
   * the write the member may mark more as read, or leave and join again; then nothing is written. 2 W with the index.
   */
  async replaceMark(seen: Member, mark: ReadMark): Promise<boolean> {
    const storesN = mark.n !== mark.seq;
    const { stored } = await conditionalWrite(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: memberKey(seen.groupId, seen.userId),
          UpdateExpression: markUpdate(mark),
          ConditionExpression: `joined_seq = :joined AND ${MARK_IS_UNCHANGED}`,
          ExpressionAttributeValues: {
            ':joined': seen.joined_seq,
            ':seen_read_seq': seen.read_seq,
            ':seq': mark.seq,
            ...(storesN && { ':n': mark.n }),
          },
        }),
      ),
    );
    return stored;
  }

  /**
   * Stores a row where none is: the missing half of a direct group. The summary that it was made of may be older than the
   * log by then; the next batch of the stream raises it. 3 W.
   */
  async insert(row: Member): Promise<WriteOutcome<Member>> {
    const outcome = await conditionalWrite<MemberItem, unknown>(
      this.#table.send(
        new PutCommand({
          TableName: this.#table.name,
          Item: memberItemOf(row),
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.stored) return outcome;
    return { stored: false, existing: outcome.existing && memberOf(outcome.existing) };
  }

  async #inboxQuery(
    userId: string,
    limit: number,
    condition: string,
    values: Readonly<Record<string, string>>,
  ): Promise<ItemPage<Member>> {
    return queryPage(
      this.#table,
      {
        IndexName: INBOX_INDEX,
        KeyConditionExpression: condition,
        ExpressionAttributeValues: { ':user': inboxPk(userId), ...values },
        ScanIndexForward: false,
      },
      limit,
      (item) => {
        const row = readMember(item);
        return row?.userId === userId ? row : undefined;
      },
    );
  }
}

/** Members read at once where all are needed: at most about 0.5 MB. */
const MEMBERS_A_PAGE = 1_000;

/** What became of a read mark: the row as it is now, undefined when there is none. */
export type RaiseOutcome =
  | { readonly raised: true; readonly row: Member }
  | { readonly raised: false; readonly row: Member | undefined };

/** `n` is stored only where it is not the seq. */
const markUpdate = ({ seq, n }: ReadMark): string =>
  n === seq ? 'SET read_seq = :seq REMOVE read_n' : 'SET read_seq = :seq, read_n = :n';

const MARK_IS_UNCHANGED = 'read_seq = :seen_read_seq';

const MARK_IS_LOWER = 'read_seq < :seq';

const SUMMARY_HAS_SEQ = 'last_seq >= :seq';
