import type { OwnSettings } from '../api/calls.ts';
import type { Message, MessageGroup } from '../api/shapes.ts';
import type { HeldRow, HeldSettings } from './held-state.ts';

/*
 * The user's own settings of a conversation in the list. The API stores two of them as places in the log: a conversation is archived
 * until its next message, and marked as unread until the user's next text or read mark. A state that the API sends may have a
 * summary that is about a second old, and then still says so.
 */

export const NO_HELD_SETTINGS: HeldSettings = {
  statedAt: 0,
  statedSeq: 0,
  backSeq: 0,
  answeredSeq: 0,
  readAt: 0,
};

/** Returns the settings as the row shows them. */
export function settingsOf(held: HeldSettings, base: MessageGroup): OwnSettings {
  const { muted, favourite, archived, marked_unread } = base;
  const { statedAt, statedSeq, backSeq, answeredSeq, readAt } = held;
  return {
    muted,
    favourite,
    archived: archived && statedSeq >= backSeq,
    marked_unread: marked_unread && statedSeq >= answeredSeq && statedAt > readAt,
  };
}

/** Takes a message that is newer than all that is known of a row. */
export function settingsAfterMessage(
  { base, settings }: Pick<HeldRow, 'base' | 'settings'>,
  message: Message,
  me: string,
): HeldSettings {
  if (!base) return settings;
  const { archived, marked_unread } = settingsOf(settings, base);
  const isAnswer = message.kind === 'text' && message.user_uuid === me;
  return {
    ...settings,
    ...(archived && { backSeq: message.seq }),
    ...(marked_unread && isAnswer && { answeredSeq: message.seq }),
  };
}

/** Takes the newest state of a row. */
export function settingsAfterState(
  settings: HeldSettings,
  { last_seq }: Pick<MessageGroup, 'last_seq'>,
  requestedAt: number,
): HeldSettings {
  return { ...settings, statedAt: requestedAt, statedSeq: last_seq };
}

/** Takes the user's read mark. @param receivedAt when the API confirmed it. */
export function settingsAfterRead(settings: HeldSettings, receivedAt: number): HeldSettings {
  return { ...settings, readAt: receivedAt };
}

/** Takes that the API has stored a change: what ended the settings before does not end these. */
export function settingsAfterChange(settings: HeldSettings, change: Partial<OwnSettings>): HeldSettings {
  return {
    ...settings,
    ...(change.archived === true && { backSeq: 0 }),
    ...(change.marked_unread === true && { answeredSeq: 0 }),
  };
}

/**
 * Whether the settings are known. A message after the state may be from before the user archived the conversation, or have brought it
 * back; an own text likewise.
 */
export function areSettingsExact({ settings, news }: HeldRow, base: MessageGroup, me: string): boolean {
  const { statedAt, statedSeq, readAt } = settings;
  const seqs = [...news.keys(), base.last_seq];
  if (base.archived && Math.max(...seqs) > statedSeq) return false;
  if (!base.marked_unread) return true;
  const answers = [...news.values()]
    .filter(({ message }) => message.kind === 'text' && message.user_uuid === me)
    .map(({ message }) => message.seq);
  return statedAt > readAt && Math.max(base.last_seq, ...answers) <= statedSeq;
}
