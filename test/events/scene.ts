import type { Change, ChangeOf, Publisher } from '../../backend/events/changes.ts';
import type { GroupReader, MemberReader } from '../../backend/events/members.ts';
import type { DirectMember, LogEntry, NamedGroup, NamedMember } from '../../backend/domain/model.ts';
import type { SystemEvent } from '../../schema/items.ts';

/* Messages, rows and groups as the domain has them, for tests that need no engine. */

const timeOf = (seq: number): string => new Date(Date.UTC(2024, 0, 1) + seq * 1_000).toISOString();

/** A message: text 1 of Ada in a group g, unless other values are given. */
export function entry(values: Partial<LogEntry> = {}): LogEntry {
  const { seq = 1 } = values;
  return {
    groupId: 'g',
    seq,
    n: seq,
    rev: 0,
    message_uuid: `message-${seq}`,
    user_uuid: 'ada',
    kind: 'text',
    message: `text ${seq}`,
    created_at: timeOf(seq),
    ...values,
  };
}

export function namedGroup(values: Partial<NamedGroup> = {}): NamedGroup {
  return {
    groupId: 'g',
    log_id: 'log',
    kind: 'group',
    name: 'Us',
    created_by: 'ada',
    created_at: timeOf(1),
    member_count: 2,
    membership_seq: 1,
    last_seq: 1,
    last_n: 1,
    last_rev: 0,
    last_at: timeOf(1),
    last_by: 'ada',
    last_kind: 'text',
    preview: 'text 1',
    ...values,
  };
}

export function namedRow(userId: string, values: Partial<NamedMember> = {}): NamedMember {
  return {
    groupId: 'g',
    userId,
    log_id: 'log',
    inbox_sk: '~#g',
    role: 'member',
    joined_at: timeOf(1),
    joined_seq: 1,
    read_seq: 1,
    read_n: 1,
    ...values,
  };
}

export function directRow(userId: string, peer: string, values: Partial<DirectMember> = {}): DirectMember {
  return {
    groupId: 'd',
    userId,
    peer,
    log_id: 'log',
    inbox_sk: `${timeOf(1)}#d`,
    role: 'member',
    joined_at: timeOf(1),
    joined_seq: 1,
    read_seq: 0,
    read_n: 0,
    last_seq: 1,
    last_n: 1,
    last_rev: 0,
    last_at: timeOf(1),
    last_by: 'ada',
    last_kind: 'text',
    preview: 'text 1',
    ...values,
  };
}

/** A named group whose members come and go. Each change is stored at once; its events are returned, and may be lost. */
export class StoredGroup {
  readonly groupId: string;
  readonly rows = new Map<string, NamedMember>();
  group: NamedGroup;

  constructor(groupId: string, userIds: readonly string[]) {
    this.groupId = groupId;
    this.group = namedGroup({ groupId });
    for (const userId of userIds) this.rows.set(userId, namedRow(userId, { groupId }));
  }

  send(author: string, values: Partial<LogEntry> = {}): ChangeOf<'message'> {
    return this.#append(author, values);
  }

  /** Events in the order of their publication: the row, then the message about it. */
  add(userId: string): Change[] {
    const seq = this.group.last_seq + 1;
    const row = namedRow(userId, { groupId: this.groupId, joined_seq: seq, read_seq: seq, read_n: seq });
    this.rows.set(userId, row);
    const event = { type: 'members_added', user_uuids: [userId], prev: this.group.membership_seq } as const;
    const message = this.#change('ada', event);
    return [{ kind: 'message_group', row, group: this.group }, message];
  }

  /** Events in the order of their publication: the message, then the departure. */
  remove(userId: string): [ChangeOf<'message'>, ChangeOf<'message_group_left'>] {
    this.rows.delete(userId);
    const event = { type: 'member_removed', user_uuid: userId, prev: this.group.membership_seq } as const;
    const message = this.#change('ada', event);
    const { groupId } = this;
    return [message, { kind: 'message_group_left', userId, groupId, seq: message.message.seq }];
  }

  rename(name: string): [ChangeOf<'message'>, ChangeOf<'group'>] {
    this.group = { ...this.group, name };
    const message = this.#append('ada', { kind: 'system', event: { type: 'group_renamed', name } });
    return [message, { kind: 'group', group: this.group }];
  }

  row(userId: string): NamedMember {
    const row = this.rows.get(userId);
    if (!row) throw new Error(`${userId} is no member`);
    return row;
  }

  typing(userId: string): ChangeOf<'typing'> {
    const { groupId } = this;
    return { kind: 'typing', to: { groupId, membershipSeq: this.group.membership_seq }, groupId, userId };
  }

  #change(author: string, event: SystemEvent): ChangeOf<'message'> {
    this.group = { ...this.group, membership_seq: this.group.last_seq + 1 };
    return this.#append(author, { kind: 'system', event, message: null });
  }

  #append(author: string, values: Partial<LogEntry>): ChangeOf<'message'> {
    const { groupId } = this;
    const message = entry({ groupId, seq: this.group.last_seq + 1, user_uuid: author, ...values });
    this.group = { ...this.group, last_seq: message.seq };
    return { kind: 'message', to: { groupId, membershipSeq: this.group.membership_seq }, message };
  }
}

type Read = 'namedRows' | 'rows' | 'group';

/** The stored groups, and what was read of them. */
export class StoredGroups {
  /** `rows`: rows that were read strongly, each 1 R. */
  readonly reads: Record<Read, number> = { namedRows: 0, rows: 0, group: 0 };
  /** Called before each read, which waits for it, with the id of the user or the group. */
  beforeRead: (read: Read, id: string) => void | Promise<void> = () => undefined;
  /** Called between each read and its answer. */
  afterRead: (read: Read, id: string) => void | Promise<void> = () => undefined;
  readonly #groups = new Map<string, StoredGroup>();

  readonly members: MemberReader = {
    namedRows: (userId) =>
      this.#read('namedRows', userId, 1, () =>
        [...this.#groups.values()].flatMap(({ rows }) => rows.get(userId) ?? []),
      ),
    find: (groupId, userId) => this.#read('rows', groupId, 1, () => this.#rowsOf(groupId).get(userId)),
    findMany: (groupId, userIds) =>
      this.#read('rows', groupId, userIds.length, () =>
        userIds.flatMap((userId) => this.#rowsOf(groupId).get(userId) ?? []),
      ),
  };

  readonly groups: GroupReader = {
    find: (groupId) => this.#read('group', groupId, 1, () => this.#groups.get(groupId)?.group),
  };

  create(groupId: string, ...userIds: string[]): StoredGroup {
    const group = new StoredGroup(groupId, userIds);
    this.#groups.set(groupId, group);
    return group;
  }

  #rowsOf(groupId: string): ReadonlyMap<string, NamedMember> {
    return this.#groups.get(groupId)?.rows ?? new Map<string, NamedMember>();
  }

  async #read<Result>(read: Read, id: string, count: number, result: () => Result): Promise<Result> {
    this.reads[read] += count;
    await this.beforeRead(read, id);
    const found = result();
    await this.afterRead(read, id);
    return found;
  }
}

/** Publishes changes in their order. */
export async function publishAll(events: Publisher, changes: readonly Change[]): Promise<void> {
  for (const change of changes) await events.publish(change);
}
