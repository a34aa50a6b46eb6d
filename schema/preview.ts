import { PREVIEW_CODE_POINTS } from './items.ts';
import { fromFirstVisible } from './plain-text.ts';

/** What a summary shows of a text: its beginning, from the first visible character on. */
export function beginningOf(text: string): string {
  return Array.from(fromFirstVisible(text)).slice(0, PREVIEW_CODE_POINTS).join('');
}
