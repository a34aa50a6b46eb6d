import { systemWords } from '../../backend/domain/system-messages.ts';
import type { Message } from '../../backend/domain/model.ts';
import type { MessageKind, Role, SystemEvent } from '../../schema/items.ts';
import { MAX_SHOWN_MENTIONS } from '../../schema/mentions.ts';

/** Whom a message mentions. The people of these tests have their handles as names. */
interface ExpectedUser {
  readonly user_uuid: string;
  readonly handle: string;
  readonly display_name: string;
}

/** A group in a member's inbox, as it must be shown. */
export interface ExpectedRow {
  readonly uuid: string;
  readonly name: string;
  readonly member_count: number;
  readonly message: string | null;
  readonly mentions: readonly ExpectedUser[];
  readonly created_at: string;
  readonly last_seq: number;
  readonly last_by: string;
  readonly last_by_name: string;
  readonly last_kind: MessageKind;
  readonly read_seq: number;
  readonly unread_count: number;
  readonly mention_count: number;
}

/** A read mark that was acknowledged, in the membership that began then. */
export interface Mark {
  readonly userId: string;
  readonly joinedAt: string;
  readonly readSeq: number;
}

interface Member {
  readonly joinedSeq: number;
  readonly joinedAt: string;
  readonly role: Role;
}

/**
 * A group as its log describes it, read once from the first message to the last. It knows no rows, images or facts: what
 * the code under test keeps up to date with every message is computed here afterwards, message by message.
 */
export class GroupModel {
  readonly #log: readonly Message[];
  readonly #members = new Map<string, Member>();
  readonly #strangers: Message[] = [];
  #name = '';

  /** @param founders the first members without the creator: the log names only the creator. */
  constructor(log: readonly Message[], founders: readonly string[]) {
    this.#log = log;
    for (const message of log) this.#follow(message, founders);
  }

  /** Says whether the log's seqs have no gap and no repeat, and all authors were members. */
  get isSound(): boolean {
    return this.#log.every(({ seq }, place) => seq === place + 1) && this.#strangers.length === 0;
  }

  roles(): Record<string, Role> {
    return Object.fromEntries([...this.#members].map(([userId, { role }]) => [userId, role]));
  }

  row(uuid: string, userId: string, marks: readonly Mark[], nameOf: (userId: string) => string): ExpectedRow {
    const { joinedSeq = 0, joinedAt = '' } = this.#members.get(userId) ?? {};
    const own = this.#log
      .filter((message) => message.user_uuid === userId && message.kind === 'text')
      .map(({ seq }) => seq);
    const marked = marks
      .filter((mark) => mark.userId === userId && mark.joinedAt === joinedAt)
      .map(({ readSeq }) => readSeq);
    const readSeq = Math.max(joinedSeq, ...own, ...marked);
    const last = this.#log.at(-1);
    const unread = this.#log.filter(
      ({ seq, kind, deleted_at }) => kind === 'text' && seq > readSeq && deleted_at === undefined,
    );
    return {
      uuid,
      name: this.#name,
      member_count: this.#members.size,
      message: previewFor(userId, last, nameOf),
      mentions: mentionedIn(last).map((id) => ({
        user_uuid: id,
        handle: nameOf(id),
        display_name: nameOf(id),
      })),
      created_at: last?.created_at ?? '',
      last_seq: this.#log.length,
      last_by: last?.user_uuid ?? '',
      last_by_name: nameOf(last?.user_uuid ?? ''),
      last_kind: last?.kind ?? 'text',
      read_seq: readSeq,
      unread_count: unread.length,
      mention_count: unread.filter(
        ({ mentions = [], mentions_all }) => mentions_all === true || mentions.includes(userId),
      ).length,
    };
  }

  #follow(message: Message, founders: readonly string[]): void {
    const { user_uuid: author, event } = message;
    const joined = { joinedSeq: message.seq, joinedAt: message.created_at };
    if (!this.#members.has(author) && !enters(message)) this.#strangers.push(message);
    switch (event?.type) {
      case 'group_created':
        this.#name = event.name;
        for (const userId of founders) this.#members.set(userId, { ...joined, role: 'member' });
        this.#members.set(author, { ...joined, role: 'owner' });
        break;
      case 'group_renamed':
        this.#name = event.name;
        break;
      case 'members_added':
      case 'member_joined':
      case 'member_removed':
      case 'member_left':
      case 'role_changed':
        this.#changeMembers(event, author, joined);
        break;
      case 'visibility_changed':
      case undefined:
    }
  }

  #changeMembers(
    event: MemberEvent,
    author: string,
    joined: { readonly joinedSeq: number; readonly joinedAt: string },
  ): void {
    switch (event.type) {
      case 'members_added':
        for (const userId of event.user_uuids) this.#members.set(userId, { ...joined, role: 'member' });
        break;
      case 'member_joined':
        this.#members.set(author, { ...joined, role: 'member' });
        break;
      case 'member_removed':
        this.#members.delete(event.user_uuid);
        break;
      case 'member_left':
        this.#members.delete(author);
        if (event.new_owner !== undefined) this.#setRole(event.new_owner, 'owner');
        break;
      case 'role_changed':
        this.#changeRole(author, event.user_uuid, event.role);
        break;
    }
  }

  /** There is one owner: a user who hands the group over stays as an admin. */
  #changeRole(author: string, userId: string, role: Role): void {
    if (role === 'owner') this.#setRole(author, 'admin');
    this.#setRole(userId, role);
  }

  #setRole(userId: string, role: Role): void {
    const member = this.#members.get(userId);
    if (member) this.#members.set(userId, { ...member, role });
  }
}

/** Whether a message makes a member of its author. */
function enters({ event }: Message): boolean {
  return event?.type === 'group_created' || event?.type === 'member_joined';
}

type MemberEvent = Exclude<
  SystemEvent,
  { readonly type: 'group_created' | 'group_renamed' | 'visibility_changed' }
>;

/** The first users whom a message mentions. */
const mentionedIn = (message: Message | undefined): readonly string[] =>
  (message?.mentions ?? []).slice(0, MAX_SHOWN_MENTIONS);

/** The newest message in a reader's inbox: a system message in words for that reader. */
function previewFor(
  readerId: string,
  last: Message | undefined,
  nameOf: (userId: string) => string,
): string | null {
  const text = last?.event ? systemWords(last.event, last.user_uuid, { nameOf, readerId }) : last?.message;
  return text?.slice(0, 100) ?? null;
}
