import { messageItem } from '../../schema/items.ts';
import { changeKey, type Key, messageKey } from '../../schema/keys.ts';
import { readEntry } from '../table/items.ts';
import type { Dependencies } from './dependencies.ts';
import type { LogEntry, ReadMark } from './model.ts';

/*
 * Reads the logs of a group from end to end, a page at a time, and finds what no program can repair. A Query is no
 * snapshot: it can pass a number before that number is written, and return the next one if both were written meanwhile.
 * So what a page lacks is read by its key before it counts as missing.
 */

/** What is wrong with a log, and cannot be repaired from anything else. */
export interface LogFault {
  readonly key: Key;
  readonly fault: string;
  /** The item is no whole message: what the log says is unknown, and nothing is made of the rest. */
  readonly isUnreadable?: true;
}

/** What a log says, as far as it was read. */
export interface WholeLog {
  /** The newest message. */
  newest: LogEntry | undefined;
  /** 0: none. */
  lastDeleted: number;
  /** Each author's newest text, by user id. */
  readonly authored: Map<string, ReadMark>;
  /** The highest seq that mentions each user, or ALL_MEMBERS. */
  readonly mentioned: Map<string, number>;
}

/** The attributes that a whole message has. */
const wholeMessage = messageItem.omit({ pk: true, sk: true });

/** Faults of one group that are reported at most. */
const MAX_FAULTS = 100;

/** The faults of one group, each item's once. */
export class LogFaults {
  readonly #faults = new Map<string, LogFault>();
  #isReadable = true;

  add(fault: LogFault): void {
    if (fault.isUnreadable) this.#isReadable = false;
    if (this.#faults.size < MAX_FAULTS) this.#faults.set(fault.key.sk, fault);
  }

  /** Whether every item of the log is a whole message. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  get all(): readonly LogFault[] {
    return [...this.#faults.values()];
  }
}

type Stores = Pick<Dependencies, 'messages' | 'changes'>;

/** Reads a group's log in pages, each in the order of its seqs, and notes faults: what is missing, a wrong `n`, no message. */
export class LogReader {
  readonly #stores: Stores;
  readonly #groupId: string;
  readonly #faults: LogFaults;
  /** The message before; `n` is unknown after a fault. */
  #last: { seq: number; n: number | undefined } = { seq: 0, n: 0 };

  constructor(stores: Stores, groupId: string, faults: LogFaults) {
    this.#stores = stores;
    this.#groupId = groupId;
    this.#faults = faults;
  }

  async *pages(): AsyncGenerator<LogEntry[]> {
    for (let isComplete = false; !isComplete;) {
      isComplete = true;
      for await (const items of this.#stores.messages.items(this.#groupId, this.#last.seq + 1)) {
        const { entries, isDense } = await this.#read(items);
        yield entries;
        isComplete = isDense;
        if (!isDense) break;
      }
    }
  }

  /** The messages of a page, up to one that was written while the page was read. */
  async #read(items: readonly Key[]): Promise<{ entries: LogEntry[]; isDense: boolean }> {
    const entries: LogEntry[] = [];
    for (const item of items) {
      const entry = this.#entryIn(item);
      if (!entry) continue;
      if (entry.seq > this.#last.seq + 1 && (await this.#exists(this.#last.seq + 1))) {
        return { entries, isDense: false };
      }
      this.#check(entry);
      entries.push(entry);
    }
    return { entries, isDense: true };
  }

  async #exists(seq: number): Promise<boolean> {
    return (await this.#stores.messages.entriesAt(this.#groupId, [seq])).size > 0;
  }

  #entryIn(item: Key): LogEntry | undefined {
    const entry = readEntry(item);
    if (entry && wholeMessage.safeParse(entry).success) return entry;
    const key = { pk: item.pk, sk: item.sk };
    this.#faults.add({ key, fault: 'is no message as the schema has it', isUnreadable: true });
    if (entry) this.#last = { seq: entry.seq, n: undefined };
    return undefined;
  }

  #check({ seq, n, kind }: LogEntry): void {
    const first = this.#last.seq + 1;
    const key = messageKey(this.#groupId, first);
    const isDense = seq === first;
    const expected = this.#last.n === undefined ? n : this.#last.n + (kind === 'text' ? 1 : 0);
    if (!isDense) this.#faults.add({ key, fault: missing(first, seq - 1) });
    else if (n !== expected) {
      this.#faults.add({ key, fault: `has n ${n}, and the messages up to it make ${expected}` });
    }
    this.#last = { seq, n };
  }
}

/** Notes what a group's change log lacks. */
export async function checkChangeLog({ changes }: Stores, groupId: string, faults: LogFaults): Promise<void> {
  let last = 0;
  for await (const page of changes.log(groupId)) {
    for (const { change } of page) {
      const first = last + 1;
      const isMissing = change !== first && (await changes.after(groupId, last, 1))[0]?.change !== first;
      if (isMissing) faults.add({ key: changeKey(groupId, first), fault: missing(first, change - 1) });
      last = change;
    }
  }
}

const missing = (first: number, last: number): string =>
  first === last ? 'is missing in its log' : `is missing in its log, and so are all up to ${last}`;
