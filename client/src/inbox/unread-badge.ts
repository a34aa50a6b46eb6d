import type { Badge, MessageGroup } from '../api/shapes.ts';
import { Subject } from '../subject.ts';

/** How long no row changed before the badge is requested, in milliseconds: the API's summaries are about a second late. */
const QUIET_MS = 3_000;
/** How often a change delays the request: where there is always one, a badge that is off by a few is better than none. */
const MAX_DELAYS = 10;

const NOTHING: Badge = { message_groups: 0, messages: 0, mentions: 0 };

interface UnreadBadgeParts {
  /** The rows that are loaded, by id. */
  readonly rows: Subject<ReadonlyMap<string, MessageGroup>>;
  readonly fetch: () => Promise<Badge>;
  /** Calls a function after a time in milliseconds. @returns a function that cancels it. */
  readonly later: (ms: number, run: () => void) => () => void;
}

/**
 * What the user has not read, without muted and archived conversations: the counts of the rows that are loaded, which events keep exact,
 * and a rest for conversations that are not loaded. The rest is the difference between the API's count and the rows at a moment
 * in which none changes. It is requested only where conversations are missing: at the start, after an interruption, and when an
 * event has loaded one of them, whose part of the rest is not known.
 */
export class UnreadBadge {
  readonly count = new Subject<Badge>(NOTHING);
  readonly #parts: UnreadBadgeParts;
  #rest = NOTHING;
  #counted: ReadonlySet<string> = new Set();
  /** Whether all conversations are loaded that may have something unread. */
  #isComplete = true;
  #isWanted = false;
  #delays = 0;
  #changes = 0;
  #cancel: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(parts: UnreadBadgeParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#unsubscribe ??= this.#parts.rows.subscribe(() => this.#tookRows());
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#stop();
  }

  /** Events may have been missed, also of conversations that are not loaded. */
  ready(): void {
    this.#want();
  }

  /** A page of the list of conversations was loaded. */
  tookPage({ isLast }: { readonly isLast: boolean }): void {
    const wasComplete = this.#isComplete;
    this.#isComplete = isLast;
    if (!isLast) {
      if (wasComplete) this.#want();
      return;
    }
    this.#rest = NOTHING;
    this.#stop();
    this.#show();
  }

  #stop(): void {
    this.#isWanted = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #tookRows(): void {
    const rows = this.#parts.rows.get();
    const added = [...rows.values()].filter(({ uuid }) => !this.#counted.has(uuid));
    this.#counted = new Set(rows.keys());
    this.#changes += 1;
    this.#rest = difference(this.#rest, sumOf(added));
    if (added.length > 0 || this.#isWanted) this.#want();
    this.#show();
  }

  #want(): void {
    if (!this.#unsubscribe || this.#isComplete) return;
    if (!this.#isWanted) this.#delays = 0;
    this.#isWanted = true;
    if (this.#cancel && this.#delays >= MAX_DELAYS) return;
    this.#delays += 1;
    this.#cancel?.();
    this.#cancel = this.#parts.later(QUIET_MS, () => void this.#measure());
  }

  async #measure(): Promise<void> {
    this.#cancel = undefined;
    const changes = this.#changes;
    // Without a response the next `ready` requests it again.
    const badge = await this.#parts.fetch().catch(() => undefined);
    if (!this.#unsubscribe || !this.#isWanted) return;
    if (changes !== this.#changes && this.#delays < MAX_DELAYS) {
      this.#want();
      return;
    }
    this.#isWanted = false;
    if (!badge) return;
    this.#rest = difference(badge, sumOf([...this.#parts.rows.get().values()]));
    this.#show();
  }

  #show(): void {
    const loaded = sumOf([...this.#parts.rows.get().values()]);
    const shown = this.count.get();
    const next = combine(loaded, this.#rest, (a, b) => a + b);
    const isSame = combine(shown, next, (a, b) => Number(a !== b));
    if (isSame.message_groups + isSame.messages + isSame.mentions > 0) this.count.set(next);
  }
}

/** Returns what a conversation adds to the badge, as the API counts it. */
export function unreadIn(row: MessageGroup): Badge {
  const { muted, archived, marked_unread, unread_count: messages, mention_count: mentions } = row;
  if (archived || muted === 'all') return NOTHING;
  if (muted === 'except_mentions') return { ...NOTHING, mentions };
  return { message_groups: Number(messages > 0 || marked_unread), messages, mentions };
}

/** The number of unread messages; a dot where conversations are only marked as unread, or mention the user and are otherwise muted. */
export function markOf({ message_groups, messages, mentions }: Badge): string {
  if (messages > 0) return String(messages);
  return message_groups + mentions > 0 ? '•' : '';
}

function sumOf(rows: readonly MessageGroup[]): Badge {
  return rows.map(unreadIn).reduce((one, other) => combine(one, other, (a, b) => a + b), NOTHING);
}

function difference(one: Badge, other: Badge): Badge {
  return combine(one, other, (a, b) => Math.max(0, a - b));
}

function combine(one: Badge, other: Badge, by: (a: number, b: number) => number): Badge {
  return {
    message_groups: by(one.message_groups, other.message_groups),
    messages: by(one.messages, other.messages),
    mentions: by(one.mentions, other.mentions),
  };
}
