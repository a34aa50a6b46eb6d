import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import * as is from '../../client/src/checks.ts';

/* The checks accept and return what those of zod do, which stand in for what each check means. */

/** A kind of value: its check, and the same in zod. */
type Pair = readonly [is.Check<unknown>, z.ZodMiniType];

const LEAVES: readonly Pair[] = [
  [is.string(), z.string()],
  [is.int(), z.int()],
  [is.boolean(), z.boolean()],
  [is.unknown(), z.unknown()],
  [is.literals('a', 'b'), z.enum(['a', 'b'])],
];

const { pair } = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...LEAVES),
    tie('pair').map(([check, zod]): Pair => [is.nullable(check), z.nullable(zod)]),
    tie('pair').map(([check, zod]): Pair => [is.array(check), z.array(zod)]),
    tie('pair').map(([check, zod]): Pair => [is.record(check), z.record(z.string(), zod)]),
    fc
      .tuple(tie('pair'), tie('pair'))
      .map(([[a, za], [b, zb]]): Pair => [
        is.object({ a, b: is.optional(b) }),
        z.looseObject({ a: za, b: z.exactOptional(zb) }),
      ]),
    fc.tuple(tie('pair'), tie('pair')).map(([[a, za], [b, zb]]): Pair => [is.union(a, b), z.union([za, zb])]),
  ),
}));

/** Values of the kinds that occur in the checks, and of others. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', 'c', 1, 1.5, true, null),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  ),
})).value;

function outcome(check: () => unknown): { readonly value: unknown } | 'rejected' {
  try {
    return { value: check() };
  } catch {
    return 'rejected';
  }
}

describe('A check', () => {
  it('accepts what the same check of zod accepts, and returns it', () => {
    fc.assert(
      fc.property(pair, value, ([check, zod], given) => {
        expect(outcome(() => check(given))).toEqual(outcome(() => zod.parse(given)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('requires a required attribute, also where any value is accepted', () => {
    expect(() => is.object({ a: is.string() })({})).toThrow('expected a string');
  });

  it('of what a later version may widen returns undefined for what it does not know', () => {
    const check = is.object({ type: is.known(is.literals('a')) });
    expect([check({ type: 'a' }), check({ type: 'b' })]).toEqual([{ type: 'a' }, { type: undefined }]);
  });
});
