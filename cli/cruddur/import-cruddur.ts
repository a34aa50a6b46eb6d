import { markRead } from '../../backend/domain/mark-read.ts';
import type { Tail } from '../../backend/domain/model.ts';
import type { TimedSend } from '../../backend/domain/send-run.ts';
import { BucketFiles } from '../bucket-files.ts';
import type { RawItem } from '../dumps/item-json.ts';
import { divide, TimedWriter, type WrittenTable } from '../timed-writer.ts';
import { Conversations, type PairConversation, type PairMessage } from './conversations.ts';
import { ImportReport } from './import-report.ts';
import { People } from './people.ts';
import type { OriginalUser } from './read-users.ts';

/** Maximum users, and conversations, that are written at the same time. */
const CONCURRENCY = 8;
/** The beginning of the keys of imported messages: by them an import finds what an earlier one stored. */
const KEY_PREFIX = 'cruddur-';

/** Cruddur's data. */
export interface Source {
  readonly users: readonly OriginalUser[];
  /** Every item of its table, in any order. */
  readonly items: AsyncIterable<RawItem>;
}

/** Where and how to import. */
export interface ImportOptions {
  readonly into: WrittenTable;
  /** What the API puts before a `sub`. */
  readonly userIdPrefix: string;
  /** Reads everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** Called when all items are read, before anything is written, with the number of messages to write. */
  readonly onRead?: (messages: number) => void;
  /** Called for each message that is in the table, stored now or found. */
  readonly onMessage?: () => void;
}

/**
 * Imports Cruddur's users and conversations. It may be interrupted, repeated, and run twice at once: users are recognised by
 * their ids, and messages by their keys. The messages of a pair are appended in the order of their times, and everything
 * that is imported is marked read, because Cruddur does not know what was read.
 */
export async function importCruddur(source: Source, options: ImportOptions): Promise<ImportReport> {
  const { into, userIdPrefix, dryRun = false, onRead, onMessage = () => undefined } = options;
  const report = new ImportReport();
  const people = new People(source.users, userIdPrefix, report);
  const files = new BucketFiles('import');
  const conversations = new Conversations(files, people, report);
  const writers = Array.from({ length: CONCURRENCY }, () => new TimedWriter(into));
  try {
    const userIds = people.ids;
    await conversations.read(source.items);
    onRead?.(report.messages.read);
    if (!dryRun) {
      await divide(writers, userIds, async (writer, userId) => {
        await people.save(writer, userId);
      });
    }
    await divide(writers, conversations.parts, async (writer, part) => {
      for await (const conversation of conversations.readPart(part)) {
        if (!dryRun) await new ConversationWriter({ writer, people, report, onMessage }).write(conversation);
      }
    });
  } finally {
    files.close();
  }
  return report;
}

/** What the log has of an import. */
interface Stored {
  /** Of each imported message: its author, who alone can use the key, and the key. */
  readonly keys: ReadonlySet<string>;
  readonly tail: Tail;
  /** The seq of the newest imported message; 0 if there is none. */
  readonly newest: number;
}

interface Parts {
  readonly writer: TimedWriter;
  readonly people: People;
  readonly report: ImportReport;
  readonly onMessage: () => void;
}

/** Writes a conversation. */
class ConversationWriter {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Sends the messages that are missing. A kill can come after any write: then the next import finds the messages that were
   * stored by their keys, and the read marks, which are written last, say whether the summaries were brought up to date. An
   * import that runs at the same time appends the same messages: one of both transactions fails, and sends one by one, by key.
   */
  async write({ groupId, pair, messages }: PairConversation): Promise<void> {
    const { writer, report, onMessage } = this.#parts;
    const stored = await this.#readStored(groupId);
    const missing = messages.filter(({ userId, id }) => !stored.keys.has(`${userId} ${KEY_PREFIX}${id}`));
    report.messages.found += messages.length - missing.length;
    for (let found = missing.length; found < messages.length; found += 1) onMessage();
    const end =
      missing.length > 0 ? await this.#send({ groupId, pair, messages: missing }, stored.tail) : undefined;
    report.messages.new += missing.length;
    await this.#markRead(groupId, end?.seq ?? stored.newest, writer);
  }

  async #send({ groupId, pair, messages }: PairConversation, tail: Tail): Promise<Tail> {
    const { writer, people, onMessage } = this.#parts;
    const [one, other] = pair;
    // One after the other: a writer has one clock.
    const first = await people.save(writer, one);
    const second = await people.save(writer, other);
    const sends = messages.map(toSend);
    const [opening, ...others] = sends;
    if (!opening || tail.seq > 0) return writer.append(groupId, { tail, messages: sends, onSent: onMessage });
    const { handle } = opening.userId === first.userId ? second : first;
    const opened = await writer.open(handle, opening);
    onMessage();
    return writer.append(groupId, { tail: opened, messages: others, onSent: onMessage });
  }

  /** Reads the log. Memory holds the keys of one conversation for each writer. */
  async #readStored(groupId: string): Promise<Stored> {
    const keys = new Set<string>();
    let tail: Tail = { seq: 0, n: 0 };
    let newest = 0;
    for await (const page of this.#parts.writer.context.messages.log(groupId)) {
      for (const entry of page) {
        tail = entry;
        if (!entry.client_key?.startsWith(KEY_PREFIX)) continue;
        keys.add(`${entry.user_uuid} ${entry.client_key}`);
        newest = entry.seq;
      }
    }
    return { keys, tail, newest };
  }

  /** Marks the imported messages read by both, unless an earlier import has done so: a mark would end "marked as unread". */
  async #markRead(groupId: string, seq: number, writer: TimedWriter): Promise<void> {
    const rows = await writer.context.members.pair(groupId);
    const behind = rows.filter(({ read_seq }) => read_seq < seq);
    if (behind.length === 0) return;
    await writer.summarise(groupId);
    for (const { userId } of behind) await markRead(writer.context, groupId, userId, seq);
  }
}

function toSend({ userId, text, id, at }: PairMessage): TimedSend {
  return { userId, text, clientKey: KEY_PREFIX + id, createdAt: new Date(at) };
}
