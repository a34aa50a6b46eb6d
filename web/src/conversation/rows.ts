import type { Message, Outgoing, SystemMessage, TextMessage } from '../../../client/src/index.ts';

/** A row of the list of messages. Its key stays the same as the list grows. */
export type Row =
  | { readonly kind: 'beginning'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  | { readonly kind: 'divider'; readonly key: string }
  | { readonly kind: 'system'; readonly key: string; readonly message: SystemMessage }
  /** Messages about members that are folded into one row. */
  | {
      readonly kind: 'run';
      readonly key: string;
      readonly messages: readonly SystemMessage[];
      /** Whether they follow, each in a row of its own. */
      readonly isOpen: boolean;
    }
  /** Messages of users whom the user blocks, folded into one row. */
  | {
      readonly kind: 'blocked';
      readonly key: string;
      readonly messages: readonly TextMessage[];
      /** Whether they follow, each in a row of its own. */
      readonly isOpen: boolean;
    }
  /** Before the first row or after the last one: a button that fetches more. */
  | { readonly kind: 'more'; readonly key: string; readonly edge: 'start' | 'end' }
  | ({ readonly kind: 'message'; readonly key: string; readonly message: TextMessage } & BubblePosition)
  | ({ readonly kind: 'outgoing'; readonly key: string; readonly outgoing: Outgoing } & BubblePosition);

/** A bubble's position among its neighbours from the same user. */
export interface BubblePosition {
  readonly own: boolean;
  readonly first: boolean;
  readonly last: boolean;
}

export interface RowsInput {
  readonly messages: readonly Message[];
  readonly outgoing: readonly Outgoing[];
  readonly me: string;
  /** Messages after this seq are new to the reader; absent when none are. */
  readonly newAfter?: number | undefined;
  readonly hasOlder: boolean;
  /** The day of a time in the reader's time zone. */
  readonly dayOf: (at: string | number) => string;
}

/** Bubbles of one user are grouped if they were sent within this time, in milliseconds. */
const TOGETHER_MS = 5 * 60_000;

interface Bubble {
  readonly author: string;
  readonly at: number;
  readonly day: string;
}

export function rowsOf(input: RowsInput): Row[] {
  const rows: Row[] = input.hasOlder ? [] : [{ kind: 'beginning', key: 'beginning' }];
  let day: string | undefined;
  let before: Bubble | undefined;
  let divided = false;
  const enterDay = (at: string | number, key: string): string => {
    const today = input.dayOf(at);
    // Whether the first loaded message is the first of its day is known only at the start of the conversation.
    const isKnown = day !== undefined || !input.hasOlder;
    if (today !== day && isKnown) {
      rows.push({ kind: 'day', key: `day:${key}`, at: new Date(at).toISOString() });
    }
    day = today;
    return today;
  };
  const push = (bubble: Bubble, make: (position: BubblePosition) => Row): void => {
    const own = bubble.author === input.me;
    const joins = before !== undefined && belongTogether(before, bubble);
    if (joins) rows.push(...rows.splice(-1).map((row) => ('last' in row ? { ...row, last: false } : row)));
    rows.push(make({ own, first: !joins, last: true }));
    before = bubble;
  };
  for (const message of input.messages) {
    const key = keyOf(message);
    const today = enterDay(message.created_at, key);
    if (!divided && input.newAfter !== undefined && message.seq > input.newAfter) {
      divided = true;
      before = undefined;
      rows.push({ kind: 'divider', key: 'divider' });
    }
    if (message.kind === 'system') {
      before = undefined;
      rows.push({ kind: 'system', key, message });
    } else {
      push({ author: message.user_uuid, at: Date.parse(message.created_at), day: today }, (place) => ({
        kind: 'message',
        key,
        message,
        ...place,
      }));
    }
  }
  for (const outgoing of input.outgoing) {
    const key = keyOf({ client_key: outgoing.key });
    const today = enterDay(outgoing.at, key);
    push({ author: input.me, at: outgoing.at, day: today }, (place) => ({
      kind: 'outgoing',
      key,
      outgoing,
      ...place,
    }));
  }
  return rows;
}

/** The same key for an outgoing message and for the stored one. */
function keyOf(message: Pick<Message, 'client_key'> & Partial<Pick<Message, 'seq'>>): string {
  return message.client_key === undefined ? `seq:${message.seq ?? 0}` : `key:${message.client_key}`;
}

function belongTogether(before: Bubble, next: Bubble): boolean {
  return (
    before.author === next.author && before.day === next.day && Math.abs(next.at - before.at) < TOGETHER_MS
  );
}
