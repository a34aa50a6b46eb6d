import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codesOf } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import type { Answer } from '../support/http-client.ts';

/* Whatever a client sends, it is answered in JSON, below 500, and a refusal has codes. */

const api = useTestApi();
let ada: Caller;
let groupId: string;

beforeAll(async () => {
  const [one, other] = [await api().person('ada'), await api().person('grace')];
  ada = one;
  ({ message_group_uuid: groupId } = await ada.send({ handle: other.handle, message: 'first' }));
});

const RUNS = { numRuns: 120 };

/** A text that may hold anything, lone surrogates and controls included; sometimes one that means something here. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('ada', 'grace', ' Grace ', '__proto__', 'META', '\ud800', '\u200b', 'x'.repeat(1_100)),
);
const value = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.jsonValue());
const field = (...likely: string[]) => fc.oneof(fc.constantFrom(...likely), value);

/** An object that resembles what a route expects, with values of any kind and more fields than it knows. */
function bodies(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const alike = fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.dictionary(text, value, { maxKeys: 2 }))
    .map(([known, unknown]) => ({ ...unknown, ...known }));
  return fc.oneof({ weight: 4, arbitrary: alike }, { weight: 1, arbitrary: fc.jsonValue() });
}

function isAnAnswer(answer: Answer): void {
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  if (answer.status === 200) expect(answer.json()).toEqual(expect.any(Object));
  else expect(codesOf(answer)).toContainEqual(expect.stringMatching(/^[a-z_0-9]+$/));
}

describe('any JSON', () => {
  it('as a message', async () => {
    const message = fc.oneof(text, value);
    const body = bodies({
      message,
      message_group_uuid: fc.oneof(
        value,
        fc.constant(null).map(() => groupId),
      ),
      handle: field('grace', 'ada', 'nobody'),
      after_seq: fc.oneof(fc.constantFrom(1, 2, 1e15), value),
    });
    await fc.assert(
      fc.asyncProperty(body, async (sent) => isAnAnswer(await ada.post('/api/messages', sent))),
      RUNS,
    );
    const log = await ada.history(groupId, '?limit=100');
    expect(log.map((entry) => entry.seq)).toEqual(log.map((_, place) => place + 1));
  });

  it('as a profile', async () => {
    const somebody = await api().user();
    const body = bodies({ handle: field('ada', 'lin', 'Lin'), display_name: field('Lin') });
    await fc.assert(
      fc.asyncProperty(body, async (sent) => isAnAnswer(await somebody.put('/api/users/me', sent))),
      RUNS,
    );
  });

  it('as a read mark', async () => {
    const body = bodies({ seq: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1, 2, 1e15), value) });
    const path = `/api/message_groups/${groupId}/read`;
    await fc.assert(
      fc.asyncProperty(body, async (sent) => isAnAnswer(await ada.put(path, sent))),
      RUNS,
    );
  });
});

describe('any text', () => {
  it.each(['/api/messages/', '/api/message_groups/', '/api/users/@'])('behind %s', async (path) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (segment) =>
        isAnAnswer(await ada.get(path + encodeURIComponent(segment))),
      ),
      { numRuns: 60 },
    );
  });

  it.each(['messages/:group', 'message_groups', 'users', 'health-check'])(
    'in the query of %s',
    async (list) => {
      const name = fc.oneof(fc.constantFrom('limit', 'cursor', 'before', 'after', 'prefix', 'deep'), text);
      const entries = fc.array(fc.tuple(name, fc.oneof(fc.constantFrom('1', '50', 'an'), text)), {
        maxLength: 3,
      });
      await fc.assert(
        fc.asyncProperty(entries, async (query) => {
          const path = `/api/${list.replace(':group', groupId)}?${new URLSearchParams(query).toString()}`;
          isAnAnswer(await ada.get(path));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('as a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
        const headers = { Authorization: `Bearer ${ada.token}`, 'Content-Type': 'application/json' };
        const answer = await api().request({ method: 'POST', path: '/api/messages', headers, body });
        isAnAnswer(answer);
      }),
      { numRuns: 60 },
    );
  });
});
