import { type CursorScope, decodeCursor } from '../../schema/cursors.ts';
import { BadRequestError } from '../errors.ts';

/**
 * The place in a list that a page starts behind; undefined without a cursor, for the list's first page.
 * @throws BadRequestError `cursor_invalid` for what is no cursor of this list.
 */
export function pageStart(scope: CursorScope, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const place = decodeCursor(scope, cursor);
  if (place === undefined) throw new BadRequestError([{ code: 'cursor_invalid', field: 'cursor' }]);
  return place;
}
