import type { Calls } from '../api/calls.ts';
import type { AnnotationsApi } from './annotations.ts';
import type { HistoryApi } from './history.ts';
import type { Log } from './log.ts';

export interface ConversationState {
  readonly log: Log;
  readonly loading: { readonly first: boolean; readonly older: boolean; readonly newer: boolean };
  /** Whether new messages are shown as they arrive. Otherwise the user reads older ones, and pages towards the end. */
  readonly following: boolean;
  /** Why nothing can be shown: an error code. */
  readonly problem: string | undefined;
}

/** The storage key of a conversation's outgoing messages; without a conversation, the prefix of all such keys. */
export const outgoingKey = (me: string, uuid = ''): string => `outgoing:${me}:${uuid}`;

/** The problem of a conversation of which the user is no longer a member. */
export const LEFT = 'left';

/** The calls that a conversation makes. */
export type ConversationApi = AnnotationsApi &
  HistoryApi &
  Pick<Calls, 'send' | 'editMessage' | 'deleteMessage'>;

/** The user's read position, and the end of the log. */
export interface ReadPosition {
  readonly last_seq: number;
  readonly read_seq: number;
  readonly unread_count: number;
}

/** With more unread messages than this, a conversation opens at the first of them and not at its end. */
const UNREAD_WITHIN_A_PAGE = 80;

/** Returns where a conversation opens that does not open at its end. */
export function farFrom({ read_seq, unread_count }: ReadPosition): number | undefined {
  return unread_count > UNREAD_WITHIN_A_PAGE && read_seq > 0 ? read_seq : undefined;
}
