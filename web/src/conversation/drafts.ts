import { useSyncExternalStore } from 'react';
import * as z from 'zod/mini';
import { keptQuote, known, type Quote, Subject } from '../../../client/src/parts.ts';

/*
 * Unsent texts of a conversation: a new message, with the message that it replies to, and an edit. They are kept for this tab, so that they survive switching to
 * another conversation and a reload of the page.
 */

const draftKey = (uuid: string): string => `draft:${uuid}`;
const replyKey = (uuid: string): string => `reply:${uuid}`;
const editKey = (uuid: string): string => `edit:${uuid}`;

const edit = z.object({
  /** The message as it is stored. */
  message: z.object({ uuid: z.string(), seq: z.int(), message: z.nullable(z.string()) }),
  text: z.string(),
});

const knownQuote = known(keptQuote);

/** An unsent edit of a message. */
export type Edit = z.infer<typeof edit>;
export type EditedMessage = Edit['message'];

export function draftOf(uuid: string): string {
  return sessionStorage.getItem(draftKey(uuid)) ?? '';
}

/** Counts the changes of drafts. */
const changes = new Subject(0);

/** The unsent message of a conversation; empty when there is none. */
export function useDraft(uuid: string): string {
  return useSyncExternalStore(changes.subscribe, () => draftOf(uuid));
}

export function keepDraft(uuid: string, text: string): void {
  if (text === '') sessionStorage.removeItem(draftKey(uuid));
  else sessionStorage.setItem(draftKey(uuid), text);
  changes.set(changes.get() + 1);
}

/** The message that the unsent one replies to. */
export function replyOf(uuid: string): Quote | undefined {
  return knownQuote(JSON.parse(sessionStorage.getItem(replyKey(uuid)) ?? 'null'));
}

export function keepReply(uuid: string, original: Quote | undefined): void {
  if (original) sessionStorage.setItem(replyKey(uuid), JSON.stringify(original));
  else sessionStorage.removeItem(replyKey(uuid));
}

export function editOf(uuid: string): Edit | undefined {
  const kept = edit.safeParse(JSON.parse(sessionStorage.getItem(editKey(uuid)) ?? 'null'));
  return kept.success ? kept.data : undefined;
}

export function keepEdit(uuid: string, { message, text }: Edit): void {
  const { uuid: messageUuid, seq, message: stored } = message;
  const kept: Edit = { message: { uuid: messageUuid, seq, message: stored }, text };
  sessionStorage.setItem(editKey(uuid), JSON.stringify(kept));
}

export function dropEdit(uuid: string): void {
  sessionStorage.removeItem(editKey(uuid));
}
