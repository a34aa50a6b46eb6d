import { beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_ADDED } from '../../schema/items.ts';
import { ERROR_FORMS } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { apiDescription } from '../support/openapi.ts';
import { upTo } from '../support/scene.ts';

/* Requests with thousands of errors: the answer names a few, is small, and is made in little time. */

const api = useTestApi();
let ada: Caller;

beforeAll(async () => {
  ada = await api().person('ada');
});

/** What an answer of 64 KB of wrong JSON may take, in bytes. */
const SMALL = 4_096;
const MAX_ISSUES = 20;

const group = (fields: object) => () => ada.post('/api/message_groups', { name: 'x', ...fields }, headers());
const send = (body: object) => () => ada.post('/api/messages', body, headers());
const list = (query: string) => () => ada.get(`/api/message_groups?${query}`, headers());
let form: (typeof ERROR_FORMS)[number] = ERROR_FORMS[0];
const headers = () => ({ Accept: form.accept });
const fields = (count: number, name = (n: number) => `f${n}`) =>
  Object.fromEntries(upTo(count).map((n) => [name(n), 1]));

const CASES = [
  ['30,000 handles that are numbers', group({ handles: Array.from({ length: 30_000 }, () => 1) }), 422],
  ['20,000 handles that are lists', group({ handles: Array.from({ length: 20_000 }, () => []) }), 422],
  ['200 handles that are numbers', group({ handles: Array.from({ length: 200 }, () => 1) }), 422],
  ['90 handles that nobody has', group({ handles: upTo(90).map((n) => `nobody-${n}`) }), 422],
  ['7,000 fields that nobody knows', send(fields(7_000, (n) => n.toString(36))), 422],
  ['a field with a name of 60 KB', send({ ['x'.repeat(60_000)]: 1 }), 422],
  [
    '30 fields with names of 2 KB, of half characters',
    send(fields(30, (n) => `\ud83d${'\ude00\ud83d'.repeat(500)}${n}`)),
    422,
  ],
  [
    '2,000 parameters that nobody knows',
    list(
      upTo(2_000)
        .map((n) => `p${n}`)
        .join('&'),
    ),
    400,
  ],
  [
    'one parameter 1,500 times',
    list(
      upTo(1_500)
        .map(() => 'limit=1')
        .join('&'),
    ),
    400,
  ],
  ['a parameter with a name of 12 KB', list('x'.repeat(12_000)), 400],
] as const;

describe.each(ERROR_FORMS)('$form', (asked) => {
  it.each(CASES)('%s make a small answer', async (_name, request, status) => {
    form = asked;
    const answer = await request();
    expect(answer.status).toBe(status);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(SMALL);
    const body = answer.json() as readonly unknown[] | { readonly errors: readonly unknown[] };
    const issues = 'errors' in body ? body.errors : body;
    expect(issues.length).toBeLessThanOrEqual(MAX_ISSUES + 1);
  });

  it('names 20 errors, and says that there are more', async () => {
    form = asked;
    const exact = await send({ message: 'Hi', handle: 'ada', ...fields(MAX_ISSUES) })();
    const more = await send({ message: 'Hi', handle: 'ada', ...fields(MAX_ISSUES + 1) })();
    const named = upTo(MAX_ISSUES).map((n) => ({ code: 'field_unknown', field: `f${n}` }));
    const shown = [named, [...named, { code: 'more_errors' }]];
    const bodies = [exact, more].map((answer) => answer.json());
    if (asked.form === 'problem document') expect(bodies).toMatchObject(shown.map((errors) => ({ errors })));
    else expect(bodies).toEqual(shown.map((errors) => errors.map(({ code }) => code)));
  });
});

it('a list that is too long is one error, and its elements are not looked at', async () => {
  form = ERROR_FORMS[1];
  expect((await group({ handles: Array.from({ length: MAX_ADDED + 1 }, () => 1) })()).json()).toEqual([
    'handles_too_many',
  ]);
  expect((await group({ handles: Array.from({ length: MAX_ADDED }, () => 'ada') })()).json()).toEqual([
    'handles_blank',
  ]);
});

it('every list of a body has a maximum', () => {
  const bodies = Object.values(apiDescription().document.paths ?? {}).flatMap((item) =>
    Object.values(item as Record<string, { requestBody?: unknown }>).map(({ requestBody }) => requestBody),
  );
  const unbounded: unknown[] = [];
  JSON.stringify(bodies, (_key, value: unknown) => {
    if (
      typeof value === 'object' &&
      value !== null &&
      'type' in value &&
      value.type === 'array' &&
      !('maxItems' in value)
    )
      unbounded.push(value);
    return value;
  });
  expect(JSON.stringify(bodies)).toContain('maxItems');
  expect(unbounded).toEqual([]);
});
