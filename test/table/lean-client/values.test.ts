import { beforeAll, describe, expect, it } from '@jest/globals';
import { GetCommand, NumberValue, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { bodyOf, leanStub, outcomeOf, sdkStub } from './clients.ts';

/* What becomes of values on their way to the table and back: the same with our client and with the SDK's. */

const TableName = 'cruddur-messages';
let stored = '{}';
const answer = () => ({ body: stored });
const lean = leanStub({ answer });
const sdk = sdkStub({ answer });

beforeAll(async () => {
  // The first request of an operation is the SDK's own.
  await lean.send(new PutCommand({ TableName, Item: { pk: 'first' } }));
  await lean.send(new GetCommand({ TableName, Key: { pk: 'first' } }));
  await lean.send(new QueryCommand({ TableName }));
});

/** What is sent for an item, or the error that it is. */
async function written({ send, requests }: typeof lean, item: Record<string, unknown>): Promise<object> {
  const before = requests.length;
  const outcome = await outcomeOf(() => send(new PutCommand({ TableName, Item: item })));
  const request = requests[before];
  return 'error' in outcome || !request ? outcome : { body: bodyOf(request) };
}

const keys = fc.string({ unit: 'binary', maxLength: 12 }).filter((key) => key !== '__proto__');
/** Any sequence of UTF-16 units, halves of surrogate pairs included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));
const edges = [
  0,
  -0,
  0.1,
  -1e-7,
  1e21,
  5e-324,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  2 ** 53,
  1.5e300,
  NaN,
  -Infinity,
].map((edge) => fc.constant(edge));
const bytes = fc.uint8Array({ maxLength: 40 });

class Instance {
  readonly member = 1;
}

/** Every kind of value, those that cannot be stored included. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    anyText,
    fc.oneof(fc.double(), fc.integer(), ...edges),
    fc.boolean(),
    fc.constant(null),
    bytes,
    bytes.map((array) => Buffer.from(array)),
    fc.bigInt(),
    fc.uniqueArray(fc.oneof(anyText, fc.integer()), { maxLength: 4 }).map((members) => new Set(members)),
    fc
      .uniqueArray(fc.oneof(fc.double(), fc.bigInt()), { maxLength: 4 })
      .map((members) => new Set<unknown>(members)),
    fc.array(bytes, { maxLength: 3 }).map((members) => new Set(members)),
    fc.constantFrom<unknown>(
      undefined,
      () => 1,
      new Instance(),
      new Date(0),
      Object('wrapped'),
      Object(7),
      Symbol.iterator,
    ),
    fc.integer().map((number) => NumberValue.from(`${number}.5`)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: false }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));

describe('an item', () => {
  it("is written byte for byte as the SDK writes it, or is the SDK's error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, value, { maxKeys: 5 }), async (item) => {
        expect(await written(lean, item)).toEqual(await written(sdk, item));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, unknown]>([
    ['an object with a member named constructor', { constructor: 'x' }],
    ['a list with a hole', [1, undefined, 2]],
    ['an empty set', new Set()],
    ['a set of two types', new Set<unknown>(['a', 1])],
    ['a set of objects', new Set([{}])],
    ['nothing within a map', { a: { b: undefined } }],
    ['a function within a list', [1, () => 2, 3]],
    [
      'text of every control character',
      String.fromCharCode(...Array.from({ length: 0xa0 }, (_, code) => code)),
    ],
    ['half a surrogate pair in front of a whole one', '\ud83d\ud83d\ude00'],
  ])('with %s is the same with both', async (_, member) => {
    expect(await written(lean, { member })).toEqual(await written(sdk, { member }));
  });

  it('with bytes that are not a Uint8Array is an error, where the SDK stores no bytes', async () => {
    const member = new Uint16Array([1, 2]).buffer;
    expect(await written(lean, { member })).toEqual({
      error: expect.stringContaining('only accepts string | Uint8Array'),
    });
    expect(await written(sdk, { member })).toMatchObject({ body: expect.stringContaining('{"B":""}') });
  });
});

describe('what is read', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.bigInt().map(String),
    fc.constantFrom(
      '0',
      '-0',
      '1E+3',
      '1e-130',
      '9007199254740991',
      '9007199254740993',
      '0.1000',
      '12345678901234567890.5',
      '',
    ),
  );
  const base64 = bytes.map((array) => Buffer.from(array).toString('base64'));
  const { attribute } = fc.letrec<{ attribute: unknown }>((tie) => ({
    attribute: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ S: anyText }),
      fc.record({ N: number }),
      fc.record({ BOOL: fc.boolean() }),
      fc.constant({ NULL: true }),
      fc.record({ B: base64 }),
      fc.record({ SS: fc.array(anyText, { maxLength: 3 }) }),
      fc.record({ NS: fc.array(number, { maxLength: 3 }) }),
      fc.record({ BS: fc.array(base64, { maxLength: 3 }) }),
      fc.record({ L: fc.array(tie('attribute'), { maxLength: 3 }) }),
      fc.record({ M: fc.dictionary(keys, tie('attribute'), { maxKeys: 3 }) }),
    ),
  }));

  /** A page of a Query that has these items. */
  async function read(response: object) {
    stored = JSON.stringify(response);
    const query = () => new QueryCommand({ TableName });
    return [await outcomeOf(() => lean.send(query())), await outcomeOf(() => sdk.send(query()))];
  }

  it('is the same as with the SDK, values and types', async () => {
    const items = fc.array(fc.dictionary(keys, attribute, { maxKeys: 4 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(items, fc.option(fc.dictionary(keys, attribute)), async (Items, LastEvaluatedKey) => {
        const [ours, sdks] = await read({ Items, Count: Items.length, LastEvaluatedKey, Unknown: 1 });
        expect(withoutMetadata(ours)).toStrictEqual(withoutMetadata(sdks));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has its attributes in the order of their names, whatever order they came in', async () => {
    const names = ['sk', 'pk', 'seq', 'constructor'];
    const [first, second, third] = [names, names.toReversed(), ['toString', ...names.slice(0, 3)]].map(
      (order) => Object.fromEntries(order.map((name) => [name, { S: name }])),
    );
    const [ours, sdks] = await read({ Items: [first, second, third] });
    expect(withoutMetadata(ours)).toStrictEqual(withoutMetadata(sdks));
    const { output } = ours as { output: { Items: object[] } };
    expect(output.Items.map(Object.keys)).toEqual([
      ['constructor', 'pk', 'seq', 'sk'],
      ['constructor', 'pk', 'seq', 'sk'],
      ['pk', 'seq', 'sk', 'toString'],
    ]);
  });

  it.each<[string, object]>([
    ['an attribute of a type that does not exist', { Items: [{ a: { X: 1 } }] }],
    ['an attribute without a type', { Items: [{ a: {} }] }],
    ['null as a text', { Items: [{ a: { S: null } }] }],
    ['a number that is none', { Items: [{ a: { N: 'x' } }] }],
    ['members that are null', { Items: null, Count: null, LastEvaluatedKey: null }],
    ['no members', {}],
  ])('of %s is the same as with the SDK', async (_, response) => {
    const [ours, sdks] = await read(response);
    expect(withoutMetadata(ours)).toStrictEqual(withoutMetadata(sdks));
  });

  it.each<[string, object]>([
    ['null as an attribute', { Items: [{ a: null }] }],
    ['base64 that is none', { Items: [{ a: { B: '%%' } }] }],
  ])('of %s is a TypeError, as with the SDK, in other words', async (_, response) => {
    for (const outcome of await read(response)) {
      expect(outcome).toMatchObject({ error: expect.stringMatching(/^TypeError: /) });
    }
  });
});

function withoutMetadata(outcome: object | undefined): unknown {
  const { output, ...rest } = outcome as { output?: { $metadata?: unknown } };
  return { ...rest, output: output && { ...output, $metadata: undefined } };
}
