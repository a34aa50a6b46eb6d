import type { Message } from '../../../client/src/index.ts';
import type { Row } from './rows.ts';

/** Shorter runs stay as they are. */
const SHORTEST_RUN = 3;

/** The next page is fetched when fewer rows than this are left beyond the edge of the list. */
export const AHEAD = 15;

/** Which runs are open, and the keys of their rows. */
export interface RunState {
  /** A run is open if it contains one of these seqs: it may grow at both ends. */
  readonly open: ReadonlySet<number>;
  readonly keys: RunKeys;
}

/** Whether a message reports users who came or left. A departure that makes another member the owner is not one of many. */
export function isAboutMembers(message: Message): boolean {
  const event = message.kind === 'system' ? message.event : undefined;
  switch (event?.type) {
    case 'members_added':
    case 'member_joined':
    case 'member_removed':
      return true;
    case 'member_left':
      return event.new_owner === undefined;
    case 'group_created':
    case 'group_renamed':
    case 'role_changed':
    case 'visibility_changed':
    case undefined:
      return false;
  }
}

/**
 * Folds consecutive messages about members into one row each. The messages of an open run follow its row. A day, or the line
 * above new messages, separates runs.
 */
export function foldRuns(rows: readonly Row[], { open, keys }: RunState): Row[] {
  const folded: Row[] = [];
  let run: Row[] = [];
  keys.begin();
  const end = (): void => {
    const messages = run.flatMap((row) => (row.kind === 'system' ? [row.message] : []));
    const first = messages[0];
    if (first && messages.length >= SHORTEST_RUN) {
      const last = messages.at(-1) ?? first;
      const isOpen = [...open].some((seq) => seq >= first.seq && seq <= last.seq);
      folded.push({ kind: 'run', key: keys.keyOf(first.seq, last.seq), messages, isOpen });
      if (isOpen) folded.push(...run);
    } else folded.push(...run);
    run = [];
  };
  for (const row of rows) {
    if (row.kind === 'system' && isAboutMembers(row.message)) run.push(row);
    else {
      end();
      folded.push(row);
    }
  }
  end();
  return folded;
}

/** Number of messages that are folded into the rows next to an edge: pages that end up there show nothing more. */
export function foldedNear(rows: readonly Row[], edge: 'start' | 'end'): number {
  const near = edge === 'start' ? rows.slice(0, AHEAD) : rows.slice(-AHEAD);
  return near.reduce((sum, row) => sum + (isFolded(row) ? row.messages.length : 0), 0);
}

function isFolded(row: Row): row is Row & { readonly messages: readonly Message[] } {
  return (row.kind === 'run' || row.kind === 'blocked') && !row.isOpen;
}

/** Opens a run, or closes it. */
export function toggled(
  open: ReadonlySet<number>,
  messages: readonly Pick<Message, 'seq'>[],
): ReadonlySet<number> {
  const seqs = messages.map(({ seq }) => seq);
  const closed = new Set(open);
  const wasOpen = seqs.filter((seq) => closed.delete(seq)).length > 0;
  return wasOpen ? closed : closed.add(seqs[0] ?? 0);
}

/**
 * Keys of runs. A run keeps its key as it grows, at its beginning or its end: the list keeps its position by the key of a
 * visible row, and the run's button keeps the focus.
 */
export class RunKeys {
  readonly #prefix: string;
  readonly #keys = new Map<number, string>();
  #used = new Set<string>();
  #made = 0;

  constructor(prefix = 'run') {
    this.#prefix = prefix;
  }

  /** Begins another pass over the rows. */
  begin(): void {
    this.#used = new Set();
  }

  /** Returns the key of a run by its first and last seq. */
  keyOf(first: number, last: number): string {
    // A run that is divided has one key only.
    const known = [this.#keys.get(first), this.#keys.get(last)].find((key) => key && !this.#used.has(key));
    const key = known ?? `${this.#prefix}:${(this.#made += 1)}`;
    this.#used.add(key);
    this.#keys.set(first, key).set(last, key);
    return key;
  }
}
