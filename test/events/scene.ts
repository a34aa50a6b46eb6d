import type { Change, ChangeOf, Publisher } from '../../backend/events/changes.ts';
import type { Readers } from '../../backend/events/readers.ts';
import type {
  DirectMember,
  LogEntry,
  NamedGroup,
  NamedMember,
  Reaction,
} from '../../backend/domain/model.ts';
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
  readonly log = new Map<number, LogEntry>();
  readonly reactions = new Map<number, readonly Reaction[]>();
  readonly pins = new Set<number>();
  group: NamedGroup;
  /** The number of its newest change. */
  lastChange = 0;

  constructor(groupId: string, userIds: readonly string[]) {
    this.groupId = groupId;
    this.group = namedGroup({ groupId });
    for (const userId of userIds) this.rows.set(userId, namedRow(userId, { groupId }));
    const event = { type: 'group_created', name: this.group.name } as const;
    this.log.set(1, entry({ groupId, seq: 1, kind: 'system', event, message: null }));
  }

  send(author: string, values: Partial<LogEntry> = {}): ChangeOf<'message'> {
    return this.#append(author, values);
  }

  /** Edits a message, or deletes it. */
  change(seq: number, values: Partial<LogEntry>): ChangeOf<'message'> {
    const before = this.log.get(seq);
    if (!before) throw new Error(`there is no message ${seq}`);
    this.lastChange += 1;
    return this.#store({ ...before, rev: before.rev + 1, ...values });
  }

  delete(seq: number): ChangeOf<'message'> {
    return this.change(seq, { message: null, deleted_at: timeOf(seq) });
  }

  /** Replaces the reactions to a message by those of some users with one emoji. */
  react(seq: number, ...users: string[]): ChangeOf<'reactions'> {
    this.reactions.set(seq, users.length === 0 ? [] : [{ emoji: '👍', users }]);
    const { groupId } = this;
    return { kind: 'reactions', to: { groupId, membershipSeq: 1 }, groupId, seqs: [seq] };
  }

  pin(seq: number): ChangeOf<'pins'> {
    this.pins.add(seq);
    const { groupId } = this;
    return { kind: 'pins', to: { groupId, membershipSeq: 1 }, groupId };
  }

  /** Events in the order of their publication: the membership, then the message about it. */
  add(userId: string): [ChangeOf<'membership'>, ChangeOf<'message'>] {
    const seq = this.group.last_seq + 1;
    const row = namedRow(userId, { groupId: this.groupId, joined_seq: seq, read_seq: seq, read_n: seq });
    this.rows.set(userId, row);
    const event = { type: 'members_added', user_uuids: [userId], prev: this.group.membership_seq } as const;
    return [this.#membership(userId, seq), this.#change('ada', event)];
  }

  /** Events in the order of their publication: the message, then the departure. */
  remove(userId: string): [ChangeOf<'message'>, ChangeOf<'membership'>] {
    this.rows.delete(userId);
    const event = { type: 'member_removed', user_uuid: userId, prev: this.group.membership_seq } as const;
    const message = this.#change('ada', event);
    return [message, this.#membership(userId, message.message.seq)];
  }

  rename(name: string): [ChangeOf<'message'>, ChangeOf<'group'>] {
    this.group = { ...this.group, name };
    const message = this.#append('ada', { kind: 'system', event: { type: 'group_renamed', name } });
    return [message, { kind: 'group', groupId: this.groupId, seq: message.message.seq }];
  }

  row(userId: string): NamedMember {
    const row = this.rows.get(userId);
    if (!row) throw new Error(`${userId} is no member`);
    return row;
  }

  typing(userId: string): ChangeOf<'typing'> {
    return { kind: 'typing', to: this.#audience, groupId: this.groupId, userId };
  }

  /** What the stream's handler publishes of an entry of the change log. */
  logged(change: number, ...seqs: number[]): ChangeOf<'change'> {
    return { kind: 'change', to: this.#audience, groupId: this.groupId, change, seqs };
  }

  /** What the stream's handler publishes of messages: their versions as they are now. */
  versions(...seqs: number[]): ChangeOf<'versions'> {
    const versions = seqs.map((seq) => ({ seq, rev: this.log.get(seq)?.rev ?? 0 }));
    return { kind: 'versions', to: this.#audience, groupId: this.groupId, versions };
  }

  get #audience() {
    return { groupId: this.groupId, membershipSeq: this.group.membership_seq };
  }

  #membership(userId: string, seq: number): ChangeOf<'membership'> {
    return { kind: 'membership', userId, groupId: this.groupId, seq };
  }

  #change(author: string, event: SystemEvent): ChangeOf<'message'> {
    this.group = { ...this.group, membership_seq: this.group.last_seq + 1 };
    return this.#append(author, { kind: 'system', event, message: null });
  }

  #append(author: string, values: Partial<LogEntry>): ChangeOf<'message'> {
    const { groupId } = this;
    const message = entry({ groupId, seq: this.group.last_seq + 1, user_uuid: author, ...values });
    this.group = { ...this.group, last_seq: message.seq };
    return this.#store(message);
  }

  #store(message: LogEntry): ChangeOf<'message'> {
    this.log.set(message.seq, message);
    return { kind: 'message', to: this.#audience, message };
  }
}

type Read = 'namedRows' | 'rows' | 'group' | 'messages' | 'change';

/** The stored groups, and what was read of them. */
export class StoredGroups {
  /** `rows`, `messages`: those that were read strongly, each 1 R. */
  readonly reads: Record<Read, number> = { namedRows: 0, rows: 0, group: 0, messages: 0, change: 0 };
  /** Called before each read, which waits for it, with the id of the user or the group. */
  beforeRead: (read: Read, id: string) => void | Promise<void> = () => undefined;
  /** Called between each read and its answer. */
  afterRead: (read: Read, id: string) => void | Promise<void> = () => undefined;
  readonly #groups = new Map<string, StoredGroup>();

  readonly members: Readers['members'] = {
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

  readonly groups: Readers['groups'] = {
    readAsOf: (groupId) => this.#read('group', groupId, 1, () => this.#groups.get(groupId)?.group),
  };

  readonly messages: Readers['messages'] = {
    entriesAt: (groupId, seqs) =>
      this.#read('messages', groupId, seqs.length, () => {
        const log = this.#groups.get(groupId)?.log;
        return new Map([...(log ?? [])].filter(([seq]) => seqs.includes(seq)));
      }),
  };

  readonly changes: Readers['changes'] = {
    newest: (groupId) => this.#read('change', groupId, 1, () => this.#groups.get(groupId)?.lastChange ?? 0),
  };

  /** Reads each message too, because a deleted one shows none. */
  readonly reactions: Readers['reactions'] = {
    readAt: (groupId, seqs) =>
      this.#read('messages', groupId, seqs.length, () => {
        const { log, reactions } = this.#groups.get(groupId) ?? {};
        const found = seqs.filter((seq) => log?.has(seq));
        return new Map(found.map((seq) => [seq, reactions?.get(seq) ?? []]));
      }),
  };

  readonly pins: Readers['pins'] = {
    find: (groupId) => this.#read('messages', groupId, 1, () => new Set(this.#groups.get(groupId)?.pins)),
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
