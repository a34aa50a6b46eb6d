import type { TextMessage } from '../../../client/src/index.ts';
import type { RunState } from './member-runs.ts';
import type { Row } from './rows.ts';

/** Returns the words for folded messages of users whom the user blocks. */
export function blockedWords(messages: readonly TextMessage[]): string {
  const [first] = messages;
  const isOne = messages.every(({ user_uuid }) => user_uuid === first?.user_uuid);
  if (messages.length === 1) return 'Message of a blocked user';
  return `${messages.length} messages of ${isOne ? 'a blocked user' : 'blocked users'}`;
}

/**
 * Folds consecutive messages of users whom the user blocks into one row each. The messages of an open one follow it.
 * @param blocked ids of these users.
 */
export function foldBlocked(
  rows: readonly Row[],
  { blocked, open, keys }: RunState & { readonly blocked: ReadonlySet<string> },
): readonly Row[] {
  if (blocked.size === 0) return rows;
  const folded: Row[] = [];
  let run: Row[] = [];
  keys.begin();
  const end = (): void => {
    const messages = run.flatMap((row) => (row.kind === 'message' ? [row.message] : []));
    const [first, last = first] = [messages[0], messages.at(-1)];
    if (first && last) {
      const isOpen = messages.some(({ seq }) => open.has(seq));
      folded.push({ kind: 'blocked', key: keys.keyOf(first.seq, last.seq), messages, isOpen });
      if (isOpen) folded.push(...run);
    }
    run = [];
  };
  for (const row of rows) {
    if (row.kind === 'message' && blocked.has(row.message.user_uuid)) run.push(row);
    else {
      end();
      folded.push(row);
    }
  }
  end();
  return folded;
}
