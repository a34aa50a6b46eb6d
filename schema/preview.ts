import type { MessageItem, StoredSummary, SystemEvent } from './items.ts';
import { fromFirstVisible } from './plain-text.ts';

/** Code points of a message that a summary shows. */
export const PREVIEW_CODE_POINTS = 100;

/** People whom a summary names, where a system message is about more. */
const PREVIEW_PEOPLE = 3;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * What a summary shows of a text: its beginning, from the first visible character on. It is cut between user-perceived
 * characters, so that no family of emoji is taken apart; one that is longer than the whole preview is left out.
 */
export function beginningOf(text: string): string {
  const visible = fromFirstVisible(text);
  // A code point is at most two code units. What lies beyond cannot be part of the preview.
  const start = visible.slice(0, 2 * PREVIEW_CODE_POINTS + 2);
  if (start === visible && Array.from(start).length <= PREVIEW_CODE_POINTS) return visible;
  let beginning = '';
  let length = 0;
  for (const { segment } of graphemes.segment(visible)) {
    length += Array.from(segment).length;
    if (length > PREVIEW_CODE_POINTS) break;
    beginning += segment;
  }
  return beginning;
}

/**
 * What a summary shows of a stored message: its beginning; the names of its files where it has no text; null of a
 * tombstone; of a system message its event. A stored preview is passed on as it is: where a text is encrypted and too long
 * for a summary, its author's process encrypted its beginning too.
 */
export function previewOf({
  message: text,
  preview: beginning,
  event,
}: Pick<MessageItem, 'message' | 'preview' | 'event'>): StoredSummary['preview'] {
  if (event) return eventPreview(event);
  if (text === null) return null;
  return beginning ?? (typeof text === 'string' ? beginningOf(text) : text);
}

function eventPreview(event: SystemEvent): SystemEvent {
  if (event.type !== 'members_added' || event.user_uuids.length <= PREVIEW_PEOPLE) return event;
  return {
    ...event,
    user_uuids: event.user_uuids.slice(0, PREVIEW_PEOPLE),
    count: event.user_uuids.length,
  };
}
