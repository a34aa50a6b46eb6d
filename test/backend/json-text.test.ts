import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonText, renderJson, sourceOf } from '../../backend/json-text.ts';

/** JSON that another text would come of if it were parsed and rendered again. */
const VERBATIM = [
  '{"2":1,"1":2,"b":0,"a":0}',
  '{"price":1.0,"big":12345678901234567890,"small":1e-400,"zero":-0}',
  '{"__proto__":{"constructor":1},"toString":null}',
  '{"a":1,"a":2}',
  '{"caf\\u00e9":"\\ud83d\\ude00 \\ud800 😀 \\u2028 \\/"}',
  `${'{"a":['.repeat(100)}0${']}'.repeat(100)}`,
];

describe('a JSON text', () => {
  it.each(VERBATIM)('is rendered as it was written, wherever it is: %s', (text) => {
    const value = { rows: [{ data: new JsonText(text) }, { data: new JsonText('{}'), next: text }] };
    expect(renderJson(value)).toBe(`{"rows":[{"data":${text}},{"data":{},"next":${JSON.stringify(text)}}]}`);
  });

  it('is found in the object that has it, without white space between its tokens', () => {
    for (const text of VERBATIM) {
      const object = `{ "before" : "\\"data\\":{}" , "inner": {"data": 1}, "data" :\n ${text}\t, "list": ["data", {"data": 2}] }`;
      expect(sourceOf(object, 'data')).toBe(text);
    }
    expect(sourceOf('{"data" : { "a" : [ 1 , "x y" ] } }', 'data')).toBe('{"a":[1,"x y"]}');
    expect(sourceOf('{"data": {"a": 1}, "d\\u0061ta": {"a": 2}}', 'data')).toBe('{"a":2}');
    expect(sourceOf('{"other": {"data": 1}}', 'data')).toBeUndefined();
  });

  it('is the same value as JSON.parse finds, for any object and any indentation', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constant('data'), fc.string()), fc.jsonValue()),
        fc.integer({ min: 0, max: 3 }),
        (object, indent) => {
          const source = sourceOf(JSON.stringify(object, null, indent), 'data');
          const expected = Object.hasOwn(object, 'data') ? JSON.stringify(object['data']) : undefined;
          expect(source).toBe(expected);
        },
      ),
    );
  });

  it('is its value for code that renders JSON by other means', () => {
    expect(JSON.stringify([new JsonText('{"a" : 1}')])).toBe('[{"a":1}]');
    expect(renderJson([1, { a: 'b' }], 2)).toBe(JSON.stringify([1, { a: 'b' }], null, 2));
  });
});
