import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CursorScope, decodeCursor, encodeCursor, PART_SEPARATOR } from '../../schema/cursors.ts';
import { directInboxSk } from '../../schema/keys.ts';

const inbox = (userId: string): CursorScope => ['inbox', userId];
const years = { min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') };
const part = fc
  .tuple(fc.date({ ...years, noInvalidDate: true }), fc.ulid())
  .map(([time, id]) => directInboxSk(time.toISOString(), id));
/** A place in an inbox: four parts, each of which may be empty. */
const place = fc
  .array(fc.option(part, { nil: '' }), { minLength: 4, maxLength: 4 })
  .map((parts) => parts.join(PART_SEPARATOR));
const PLACE = ['', '', '2024-01-01T00:00:00.000Z#01ARZ3NDEKTSV4RRFFQ69G5FAV', ''].join(PART_SEPARATOR);
const userId = fc.oneof(fc.uuid(), fc.string());
const BASE64_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\u00e9';

describe('a cursor', () => {
  it('gives back the place it was made of', () => {
    fc.assert(
      fc.property(userId, place, (user, text) => {
        expect(decodeCursor(inbox(user), encodeCursor(inbox(user), text))).toBe(text);
      }),
    );
  });

  it('can stand in a query as it is', () => {
    fc.assert(
      fc.property(userId, place, (user, text) => {
        expect(encodeCursor(inbox(user), text)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it('is refused for another user', () => {
    fc.assert(
      fc.property(userId, userId, place, (user, other, text) => {
        fc.pre(user !== other);
        expect(decodeCursor(inbox(other), encodeCursor(inbox(user), text))).toBeUndefined();
      }),
    );
  });

  it('is refused for another list, though it be of the same name', () => {
    fc.assert(
      fc.property(userId, place, (name, text) => {
        expect(decodeCursor(['handles', name], encodeCursor(inbox(name), text))).toBeUndefined();
        expect(decodeCursor(inbox(name), encodeCursor(['handles', name], text))).toBeUndefined();
      }),
    );
  });

  it('is refused after any change of a character', () => {
    const cursor = encodeCursor(inbox('ada'), PLACE);
    expect(decodeCursor(inbox('ada'), cursor)).toBe(PLACE);
    const altered = [...alterations(cursor)].filter((text) => text !== cursor);
    expect(altered.length).toBeGreaterThan(5_000);
    expect(altered.filter((text) => decodeCursor(inbox('ada'), text) !== undefined)).toEqual([]);
  });

  it('is refused in every other spelling of the same bytes', () => {
    fc.assert(
      fc.property(place, (text) => {
        const cursor = encodeCursor(inbox('ada'), text);
        const bytes = Buffer.from(cursor, 'base64url');
        const spellings = [
          bytes.toString('base64'),
          `${cursor}=`,
          `${cursor}==`,
          `${cursor}\n`,
          ` ${cursor}`,
        ];
        for (const spelling of spellings.filter((other) => other !== cursor)) {
          expect(decodeCursor(inbox('ada'), spelling)).toBeUndefined();
        }
      }),
    );
  });

  it.each([
    ['three parts', '||'],
    ['five parts', '||||'],
    ['a part that is no time', '||x|'],
    ['the place of a named group', '||~#01ARZ3NDEKTSV4RRFFQ69G5FAV|'],
    ['a part with more behind it', '|||2024-01-01T00:00:00.000Z#01ARZ3NDEKTSV4RRFFQ69G5FAV\n'],
  ])('with a correct checksum is refused where it has %s', (_, text) => {
    expect(decodeCursor(inbox('ada'), encodeCursor(inbox('ada'), text))).toBeUndefined();
  });

  it.each([
    ['an emoji and a user', '👍|ada', true],
    ['a user whose id has the separator', '👍|ada|grace', true],
    ['no user', '👍|', false],
    ['no emoji', 'x|ada', false],
    ['another spelling of an emoji', '❤|ada', false],
  ])('of reactions with %s has that form of a place: %s', (_, text, isPlace) => {
    const scope = ['reactions', 'group', 7] as const;
    expect(decodeCursor(scope, encodeCursor(scope, text))).toBe(isPlace ? text : undefined);
    expect(decodeCursor(['reactions', 'group', 8], encodeCursor(scope, text))).toBeUndefined();
  });

  it('is never met by chance', () => {
    const random = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    );
    fc.assert(fc.property(random, (text) => expect(decodeCursor(inbox('ada'), text)).toBeUndefined()));
  });
});

/** Every text that one changed, inserted or deleted character makes of this one, and each of its beginnings and ends. */
function* alterations(text: string): Generator<string> {
  for (let at = 0; at <= text.length; at += 1) {
    const [head, tail] = [text.slice(0, at), text.slice(at)];
    yield head;
    yield tail;
    yield head + tail.slice(1);
    for (const character of BASE64_CHARACTERS) {
      yield head + character + tail;
      yield head + character + tail.slice(1);
    }
  }
}
