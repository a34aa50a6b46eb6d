import { beforeAll, describe, expect, it } from '@jest/globals';
import { useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import type { Answer } from '../support/http-client.ts';
import { apiDescription } from '../support/openapi.ts';

/* Every answer of the other tests is held against the document. Here: that what differs from it is found. */

const api = useTestApi();
let ada: Caller;
let groupId: string;

beforeAll(async () => {
  ada = await api().person('ada');
  await api().person('grace');
  ({ message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'first' }));
});

const faults = (method: string, path: string, answer: Answer) =>
  apiDescription().faultsOf({ method, path }, answer);

/** An answer with another body. */
function withBody(answer: Answer, body: unknown): Answer {
  return { ...answer, text: JSON.stringify(body), json: () => body };
}

function withoutHeader(answer: Answer, name: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: undefined } };
}

describe('a success', () => {
  const history = () => ada.get(`/api/messages/${groupId}`);
  const found = (answer: Answer) => faults('GET', `/api/messages/${groupId}?limit=1`, answer);

  it('as it is has no fault', async () => {
    expect(found(await history())).toEqual([]);
  });

  it.each<[name: string, change: (entry: Record<string, unknown>) => unknown]>([
    ['a field too many', (entry) => ({ ...entry, secret: 1 })],
    ['a field too few', (entry) => ({ ...entry, rev: undefined })],
    ['a seq that is a text', (entry) => ({ ...entry, seq: '1' })],
    ['a seq of 0', (entry) => ({ ...entry, seq: 0 })],
    ['a time of another form', (entry) => ({ ...entry, created_at: '2026-03-01 12:34:56' })],
    ['an event in a text message', (entry) => ({ ...entry, event: { type: 'group_created', name: 'x' } })],
    ['own data that is no object', (entry) => ({ ...entry, data: [] })],
    ['a system message without an event', (entry) => ({ ...entry, kind: 'system' })],
    ['an unknown kind', (entry) => ({ ...entry, kind: 'other' })],
  ])('with %s has one', async (_name, change) => {
    const answer = await history();
    const [entry] = answer.json() as [Record<string, unknown>];
    expect(found(withBody(answer, [change(entry)]))).not.toEqual([]);
  });

  it('with another status, media type or without an id has one', async () => {
    const answer = await history();
    expect(found({ ...answer, status: 201 })).toEqual(['a status of 201 is not described']);
    expect(found({ ...answer, headers: { ...answer.headers, 'content-type': 'text/html' } })).toHaveLength(1);
    expect(found(withoutHeader(answer, 'x-request-id'))).toEqual(['X-Request-Id is missing']);
  });
});

describe('a failure', () => {
  it('with a code that is not described has a fault, in either form', async () => {
    const path = '/api/message_groups?limit=0';
    const codes = await ada.get(path);
    expect(faults('GET', path, codes)).toEqual([]);
    expect(faults('GET', path, withBody(codes, ['message_blank']))).toHaveLength(1);
    expect(faults('GET', path, withBody(codes, []))).toHaveLength(1);
    const problem = await ada.get(path, { Accept: 'application/problem+json' });
    const body = problem.json() as object;
    expect(faults('GET', path, withBody(problem, { ...body, code: 'message_blank' }))).toHaveLength(1);
    expect(faults('GET', path, withBody(problem, { ...body, status: 404 }))).toHaveLength(1);
    expect(faults('GET', path, withBody(problem, { ...body, stack: 'at …' }))).toHaveLength(1);
  });

  it('of authentication says how', async () => {
    const answer = await api().request({ path: '/api/users/me' });
    expect(faults('GET', '/api/users/me', withoutHeader(answer, 'www-authenticate'))).toEqual([
      'WWW-Authenticate is missing',
    ]);
  });
});

describe('what is no route', () => {
  it('is a 404, and nothing else', async () => {
    const answer = await ada.get('/api/nothing');
    expect(faults('GET', '/api/nothing', answer)).toEqual([]);
    expect(faults('GET', '/api/nothing', { ...answer, status: 200 })).toEqual([
      'this is no route: 404 is due',
    ]);
    expect(faults('PROPFIND', '/api/users/me', { ...answer, status: 405 })).toHaveLength(1);
  });
});
