import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_ROUTES } from '../../backend/http/routes.ts';
import { comparable } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';

/* The API knows no conditional requests and no ranges: their headers change no answer. */

const api = useTestApi();
let ada: Caller;
let groupId: string;
let named: string;
let code: string;

beforeAll(async () => {
  [ada] = [await api().person('ada'), await api().person('grace')];
  ({ message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'first' }));
  ({ uuid: named } = await ada.createGroup('Named', ['grace']));
  ({ code } = ok(await ada.post(`/api/message_groups/${named}/invites`, {})) as { readonly code: string });
});

const DATE = 'Sat, 29 Oct 1994 19:43:31 GMT';
const FUTURE = 'Fri, 29 Oct 2094 19:43:31 GMT';
const CONDITIONS = [
  { 'If-None-Match': '*' },
  { 'If-None-Match': '"a", W/"b"' },
  { 'If-None-Match': '*', 'If-Modified-Since': FUTURE },
  { 'If-Modified-Since': FUTURE },
  { 'If-Match': '"a"' },
  { 'If-Unmodified-Since': DATE },
  { Range: 'bytes=0-0' },
  { Range: 'bytes=999999-' },
  { Range: 'bytes=0-0', 'If-Range': DATE },
];

/** The event stream has no end, and a file's response is a redirection that is signed for each request. */
const OTHERS = ['/events', '/messages/:message_group_uuid/:seq/attachments/:id'];

/** The paths of every other GET. */
const PATHS = API_ROUTES.filter(({ method, path }) => method === 'get' && !OTHERS.includes(path)).map(
  ({ path }) => path,
);

/** What these paths require. */
const QUERIES: Readonly<Record<string, string>> = {
  '/users': '?prefix=gr',
  '/search': '?q=first',
  '/messages/:message_group_uuid/search': '?q=first',
};

const pathOf = (path: string) =>
  `/api${path
    .replace(':message_group_uuid', groupId)
    .replace(':seq', '1')
    // A direct group has no invitations.
    .replace(':uuid/invites', `${named}/invites`)
    .replace(':code', code)
    .replace(':uuid', groupId)
    .replace(':handle', 'grace')
    .replace(':part', 'start.js')}${QUERIES[path] ?? ''}`;

describe.each(['GET', 'HEAD'])('%s', (method) => {
  it.each(PATHS)('%s answers the same whatever condition comes with it', async (path) => {
    const ask = (headers: object) =>
      api().request({
        method,
        path: pathOf(path),
        headers: { Authorization: `Bearer ${ada.token}`, ...headers },
      });
    const plain = await ask({});
    expect(plain.status).toBe(200);
    expect(plain.text === '').toBe(method === 'HEAD');
    for (const condition of CONDITIONS) {
      expect({ condition, ...comparable(await ask(condition)) }).toEqual({ condition, ...comparable(plain) });
    }
  });
});

it.each(CONDITIONS)('a write is done, whatever condition comes with it: %j', async (condition) => {
  const sent = await ada.post(
    '/api/messages',
    { message_group_uuid: groupId, message: 'Hi' },
    { ...condition },
  );
  expect(sent).toMatchObject({ status: 200 });
  const read = await ada.put(`/api/message_groups/${groupId}/read`, { seq: 1 }, { ...condition });
  expect(read).toMatchObject({ status: 200 });
});
