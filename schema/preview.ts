import { PREVIEW_CODE_POINTS } from './items.ts';

/** What a summary shows of a text: its beginning. */
export function beginningOf(text: string): string {
  return Array.from(text).slice(0, PREVIEW_CODE_POINTS).join('');
}
