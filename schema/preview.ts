import type { MessageItem, StoredText } from './items.ts';
import { fromFirstVisible } from './plain-text.ts';

/** Code points of a message that a summary shows. */
export const PREVIEW_CODE_POINTS = 100;

/** What a summary shows of a text: its beginning, from the first visible character on. */
export function beginningOf(text: string): string {
  return Array.from(fromFirstVisible(text)).slice(0, PREVIEW_CODE_POINTS).join('');
}

/**
 * What a summary shows of a stored message: its beginning; null of a tombstone. An encrypted preview is passed on as it
 * is: where a text is too long for a summary, its author's process encrypted its beginning too.
 */
export function previewOf({
  message: text,
  preview: beginning,
}: Pick<MessageItem, 'message' | 'preview'>): StoredText | null {
  return typeof text === 'string' ? beginningOf(text) : ((text && beginning) ?? text);
}
