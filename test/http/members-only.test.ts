import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { comparable, ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import {
  FILE_ID,
  FILE_OF_MESSAGE,
  inviteCodeAt,
  inviteItem,
  messageItem,
  newDirectId,
  newGroupId,
  newUserId,
} from '../support/factories.ts';
import type { ExactRequest } from '../support/http-client.ts';
import { routesOf } from '../support/openapi.ts';
import { putItem } from '../support/scene.ts';
import { tokensThatDoNotVerify } from '../support/bad-tokens.ts';
import { epochSeconds } from '../support/test-issuer.ts';

const api = useTestApi();

/** A route that needs a token, and a request to it that somebody who may would make. */
interface ProtectedRoute {
  readonly route: string;
  readonly needsProfile?: false;
  /** Whether it is about one group. */
  readonly ofGroup?: true;
  /** What it answers; default 200. */
  readonly status?: 204;
  /** The handle and the id are another member's. */
  readonly request: (groupId: string, handle: string, userId: string) => ExactRequest;
}

const jsonRequest = (method: string, path: string, body: object): ExactRequest => ({
  method,
  path,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** A route without a body: the method is the route's. */
const ofGroup = (route: string, resource: string, rest: string): ProtectedRoute => ({
  route,
  ofGroup: true,
  request: (id) => ({ method: route.split(' ', 1)[0] ?? '', path: `/api/${resource}/${id}/${rest}` }),
});

const PROTECTED: readonly ProtectedRoute[] = [
  { route: 'GET /users/me', request: () => ({ path: '/api/users/me' }) },
  {
    route: 'PUT /users/me',
    needsProfile: false,
    request: () => jsonRequest('PUT', '/api/users/me', { handle: 'somebody-else', display_name: 'X' }),
  },
  { route: 'GET /users', request: () => ({ path: '/api/users?prefix=an' }) },
  { route: 'GET /users/me/blocks', request: () => ({ path: '/api/users/me/blocks' }) },
  {
    route: 'PUT /users/@:handle/block',
    status: 204,
    request: (_, other) => ({ method: 'PUT', path: `/api/users/@${other}/block` }),
  },
  {
    route: 'DELETE /users/@:handle/block',
    status: 204,
    request: (_, other) => ({ method: 'DELETE', path: `/api/users/@${other}/block` }),
  },
  { route: 'GET /message_groups', request: () => ({ path: '/api/message_groups' }) },
  {
    route: 'GET /message_groups/:uuid',
    ofGroup: true,
    request: (groupId) => ({ path: `/api/message_groups/${groupId}` }),
  },
  {
    route: 'PUT /message_groups/:uuid/read',
    ofGroup: true,
    request: (groupId) => jsonRequest('PUT', `/api/message_groups/${groupId}/read`, { seq: 1 }),
  },
  {
    route: 'POST /messages',
    ofGroup: true,
    request: (groupId) =>
      jsonRequest('POST', '/api/messages', { message: 'Hi', message_group_uuid: groupId }),
  },
  {
    route: 'GET /messages/:message_group_uuid',
    ofGroup: true,
    request: (groupId) => ({ path: `/api/messages/${groupId}` }),
  },
  ofGroup('GET /messages/:message_group_uuid/changes', 'messages', 'changes?after=0'),
  ofGroup('GET /messages/:message_group_uuid/search', 'messages', 'search?q=secret'),
  { route: 'GET /search', request: () => ({ path: '/api/search?q=secret' }) },
  ofGroup(
    'GET /messages/:message_group_uuid/:seq/attachments/:id',
    'messages',
    `2/attachments/${FILE_ID}?redirect=false`,
  ),
  {
    route: 'POST /attachments',
    request: () => jsonRequest('POST', '/api/attachments', { name: 'x', type: 'a/b', size: 1 }),
  },
  {
    route: 'POST /message_groups',
    request: (_, other) => jsonRequest('POST', '/api/message_groups', { name: 'A group', handles: [other] }),
  },
  {
    route: 'PATCH /message_groups/:uuid',
    ofGroup: true,
    request: (groupId) => jsonRequest('PATCH', `/api/message_groups/${groupId}`, { name: 'Another name' }),
  },
  {
    route: 'POST /message_groups/:uuid/members',
    ofGroup: true,
    request: (groupId, handle) => jsonRequest('POST', `/api/message_groups/${groupId}/members`, { handle }),
  },
  ofGroup('GET /message_groups/:uuid/members', 'message_groups', 'members'),
  {
    route: 'PATCH /message_groups/:uuid/members/@:handle',
    ofGroup: true,
    request: (groupId, other) =>
      jsonRequest('PATCH', `/api/message_groups/${groupId}/members/@${other}`, { role: 'admin' }),
  },
  {
    route: 'DELETE /message_groups/:uuid/members/@:handle',
    ofGroup: true,
    status: 204,
    request: (groupId, other) => ({
      method: 'DELETE',
      path: `/api/message_groups/${groupId}/members/@${other}`,
    }),
  },
  {
    route: 'DELETE /message_groups/:uuid/members/:user_uuid',
    ofGroup: true,
    status: 204,
    request: (groupId, _, userId) => ({
      method: 'DELETE',
      path: `/api/message_groups/${groupId}/members/${userId}`,
    }),
  },
  {
    route: 'PATCH /messages/:message_group_uuid/:seq',
    ofGroup: true,
    request: (groupId) => jsonRequest('PATCH', `/api/messages/${groupId}/2`, { message: 'Better' }),
  },
  ofGroup('DELETE /messages/:message_group_uuid/:seq', 'messages', '2'),
  ofGroup('PUT /messages/:message_group_uuid/:seq/reactions/:emoji', 'messages', '2/reactions/%E2%9D%A4'),
  ofGroup('DELETE /messages/:message_group_uuid/:seq/reactions/:emoji', 'messages', '2/reactions/%E2%9D%A4'),
  ofGroup('GET /messages/:message_group_uuid/:seq/reactions', 'messages', '2/reactions'),
  ofGroup('PUT /messages/:message_group_uuid/:seq/pin', 'messages', '2/pin'),
  ofGroup('DELETE /messages/:message_group_uuid/:seq/pin', 'messages', '2/pin'),
  ofGroup('GET /message_groups/:uuid/pins', 'message_groups', 'pins'),
  { route: 'GET /unread', request: () => ({ path: '/api/unread' }) },
  {
    route: 'PATCH /message_groups/:uuid/settings',
    ofGroup: true,
    request: (groupId) => jsonRequest('PATCH', `/api/message_groups/${groupId}/settings`, { archived: true }),
  },
  { route: 'GET /message_groups/public', request: () => ({ path: '/api/message_groups/public' }) },
  {
    route: 'POST /message_groups/:uuid/join',
    ofGroup: true,
    request: (groupId) => ({ method: 'POST', path: `/api/message_groups/${groupId}/join` }),
  },
  {
    route: 'POST /message_groups/:uuid/invites',
    ofGroup: true,
    request: (groupId) => jsonRequest('POST', `/api/message_groups/${groupId}/invites`, { expires_in: 60 }),
  },
  {
    route: 'GET /message_groups/:uuid/invites',
    ofGroup: true,
    request: (groupId) => ({ path: `/api/message_groups/${groupId}/invites` }),
  },
  {
    route: 'DELETE /message_groups/:uuid/invites/:code',
    ofGroup: true,
    status: 204,
    request: (groupId) => ({
      method: 'DELETE',
      path: `/api/message_groups/${groupId}/invites/${inviteCodeAt(groupId)}`,
    }),
  },
  { route: 'GET /invites/:code', request: (groupId) => ({ path: `/api/invites/${inviteCodeAt(groupId)}` }) },
  {
    route: 'POST /invites/:code/accept',
    request: (groupId) => ({ method: 'POST', path: `/api/invites/${inviteCodeAt(groupId)}/accept` }),
  },
  { route: 'POST /events/ticket', request: () => ({ method: 'POST', path: '/api/events/ticket' }) },
  {
    route: 'POST /message_groups/:uuid/typing',
    ofGroup: true,
    status: 204,
    request: (groupId) => ({ method: 'POST', path: `/api/message_groups/${groupId}/typing` }),
  },
];

const OPEN = [
  'GET /health-check',
  'GET /users/@:handle/short',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/:part',
];

const withToken = (request: ExactRequest, token: string): ExactRequest => ({
  ...request,
  headers: { ...request.headers, Authorization: `Bearer ${token}` },
});
const inForm = (request: ExactRequest, accept: string): ExactRequest => ({
  ...request,
  headers: { ...request.headers, Accept: accept },
});

/** Answers that do not end: `test/http/events.test.ts` knocks at them. */
const STREAMS = ['GET /events'];

describe('the routes', () => {
  it('are these: a new one has to be listed here as protected or open', () => {
    const found = routesOf(api().app.router).map(({ method, path }) => `${method} ${path}`);
    expect(found.toSorted()).toEqual(
      [...PROTECTED.map(({ route }) => route), ...OPEN, ...STREAMS].toSorted(),
    );
  });

  it.each(OPEN)('%s asks for no token', async (route) => {
    const person = await api().person();
    const path = route.replace('GET ', '/api').replace(':handle', person.handle).replace(':part', 'start.js');
    expect(await api().request({ path })).toMatchObject({ status: 200 });
    expect(await api().request(withToken({ path }, 'null'))).toMatchObject({ status: 200 });
  });
});

let ada: Caller;
let badTokens: Readonly<Record<string, string>>;

beforeAll(async () => {
  ada = await api().person();
  badTokens = await tokensThatDoNotVerify(api(), ada);
});

describe.each(PROTECTED)('$route', ({ route, request, needsProfile, ofGroup, status = 200 }) => {
  let groupId: string;
  let handle: string;
  let userId: string;

  beforeAll(async () => {
    ({ handle, userId } = await api().person());
    ({ uuid: groupId } = await ada.createGroup('Secret group', [handle]));
    await ada.send({ message_group_uuid: groupId, message: 'Secret' });
    await putItem(api().db.table, inviteItem({ groupId }));
    await putItem(
      api().db.table,
      messageItem({ groupId, seq: 2, n: 1, user_uuid: ada.userId, ...FILE_OF_MESSAGE }),
    );
  });

  it.each(ERROR_FORMS)('refuses who sends no token: $form', async (form) => {
    const answer = await api().request(inForm(request(groupId, handle, userId), form.accept));
    expectFailure(answer, form, { status: 401, codes: ['cognito_user_id_blank'] });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="cruddur", error_description="A token is missing: send it in the header Authorization: Bearer <token>."',
    );
  });

  // Each kind of token in one of the forms, and in the other one at the next route.
  it.each(ERROR_FORMS)('refuses tokens that do not verify: $form', async (form) => {
    const turn = PROTECTED.findIndex((one) => one.route === route) + ERROR_FORMS.indexOf(form);
    for (const [kind, token] of Object.entries(badTokens).filter((_, index) => (index + turn) % 2 === 0)) {
      const answer = await api().request(
        inForm(withToken(request(groupId, handle, userId), token), form.accept),
      );
      expect({ kind, status: answer.status }).toEqual({ kind, status: 401 });
      expectFailure(answer, form, { status: 401, codes: ['token_invalid'] });
      expect(answer.headers['www-authenticate']).toMatch(
        /^Bearer realm="cruddur", error="invalid_token", error_description="[^"\\]+"$/,
      );
    }
  });

  it('lets the same request through with the right one', async () => {
    const member = needsProfile === false ? await api().user() : ada;
    expect(await api().request(withToken(request(groupId, handle, userId), member.token))).toMatchObject({
      status,
    });
  });

  if (needsProfile !== false) {
    it.each(ERROR_FORMS)('refuses a user without a profile: $form', async (form) => {
      const { token } = await api().user();
      const answer = await api().request(
        inForm(withToken(request(groupId, handle, userId), token), form.accept),
      );
      expectFailure(answer, form, { status: 403, codes: ['profile_missing'] });
    });
  }

  if (ofGroup) {
    it.each(ERROR_FORMS)(
      'tells a stranger exactly what it tells of a group that does not exist: $form',
      async (form) => {
        const stranger = await api().person();
        const ask = (id: string) =>
          api().request(inForm(withToken(request(id, handle, userId), stranger.token), form.accept));
        const foreign = await ask(groupId);
        expectFailure(foreign, form, { status: 404, codes: ['not_found'] });
        expect(comparable(foreign)).toEqual(comparable(await ask(newGroupId())));
        for (const id of ['no-id-at-all', 'members', 'META', newDirectId()]) {
          expect(comparable(await ask(id))).toEqual(comparable(foreign));
        }
      },
    );
  }
});

describe('a stranger who looks closer', () => {
  const PROBES: Readonly<Record<string, (groupId: string) => ExactRequest>> = {
    'a send with a key and a place': (message_group_uuid) => {
      const body = { message: 'Hi', message_group_uuid, after_seq: 1 };
      const post = jsonRequest('POST', '/api/messages', body);
      return { ...post, headers: { ...post.headers, 'Idempotency-Key': 'k' } };
    },
    'a send far beyond the end': (message_group_uuid) =>
      jsonRequest('POST', '/api/messages', { message: 'Hi', message_group_uuid, after_seq: 1_000_000 }),
    'a send of nothing': (message_group_uuid) =>
      jsonRequest('POST', '/api/messages', { message: '', message_group_uuid }),
    'a read mark at 0': (groupId) => jsonRequest('PUT', `/api/message_groups/${groupId}/read`, { seq: 0 }),
    'a read mark far beyond the end': (groupId) =>
      jsonRequest('PUT', `/api/message_groups/${groupId}/read`, { seq: 1_000_000 }),
    'an edit of nothing': (groupId) => jsonRequest('PATCH', `/api/messages/${groupId}/1`, { message: '' }),
    'an edit of no message': (groupId) =>
      jsonRequest('PATCH', `/api/messages/${groupId}/0`, { message: 'Hi' }),
    'a deletion beyond the end': (groupId) => ({ method: 'DELETE', path: `/api/messages/${groupId}/9` }),
    'a reaction beyond the end': (groupId) => ({
      method: 'PUT',
      path: `/api/messages/${groupId}/9/reactions/%F0%9F%91%8D`,
    }),
    'a reaction that is no emoji': (groupId) => ({
      method: 'PUT',
      path: `/api/messages/${groupId}/1/reactions/x`,
    }),
    'a page of reactions at no place': (groupId) => ({
      path: `/api/messages/${groupId}/1/reactions?cursor=nowhere`,
    }),
    'a setting that does not exist': (groupId) =>
      jsonRequest('PATCH', `/api/message_groups/${groupId}/settings`, { muted: 'loudly' }),
    'settings that change nothing': (groupId) =>
      jsonRequest('PATCH', `/api/message_groups/${groupId}/settings`, {}),
    'adding somebody who does not exist': (groupId) =>
      jsonRequest('POST', `/api/message_groups/${groupId}/members`, { handle: 'nobody-at-all' }),
    'adding several who do not exist': (groupId) =>
      jsonRequest('POST', `/api/message_groups/${groupId}/members`, { handles: ['nobody-at-all', 'none'] }),
    'adding more than a group takes': (groupId) =>
      jsonRequest('POST', `/api/message_groups/${groupId}/members`, {
        handles: Array.from({ length: 91 }, (_, n) => `nobody-${n}`),
      }),
    'handing over': (groupId) =>
      jsonRequest('PATCH', `/api/message_groups/${groupId}/members/@${stranger.handle}`, { role: 'owner' }),
    'a page of members at no place': (groupId) => ({
      path: `/api/message_groups/${groupId}/members?cursor=nowhere`,
    }),
    'a search for members': (groupId) => ({ path: `/api/message_groups/${groupId}/members?prefix=an` }),
    'changes after a change far beyond the end': (groupId) => ({
      path: `/api/messages/${groupId}/changes?after=999999999999`,
    }),
    'changes after no change': (groupId) => ({ path: `/api/messages/${groupId}/changes?after=-1` }),
    'an invitation for no time': (groupId) =>
      jsonRequest('POST', `/api/message_groups/${groupId}/invites`, { expires_in: 0 }),
    'an invitation that is guessed': (groupId) => ({ path: `/api/invites/${inviteCodeAt(groupId)}` }),
    'accepting a guessed one': (groupId) => ({
      method: 'POST',
      path: `/api/invites/${inviteCodeAt(groupId)}/accept`,
    }),
    'revoking a guessed one': (groupId) => ({
      method: 'DELETE',
      path: `/api/message_groups/${groupId}/invites/${inviteCodeAt(groupId)}`,
    }),
    joining: (groupId) => ({ method: 'POST', path: `/api/message_groups/${groupId}/join` }),
    'making it public': (groupId) =>
      jsonRequest('PATCH', `/api/message_groups/${groupId}`, { visibility: 'public' }),
    'removing somebody who does not exist': (groupId) => ({
      method: 'DELETE',
      path: `/api/message_groups/${groupId}/members/@nobody-at-all`,
    }),
    'removing an id that nobody has': (groupId) => ({
      method: 'DELETE',
      path: `/api/message_groups/${groupId}/members/nobody-at-all`,
    }),
    'a role that is none': (groupId) =>
      jsonRequest('PATCH', `/api/message_groups/${groupId}/members/@nobody-at-all`, { role: 'king' }),
    'a page behind a seq': (groupId) => ({ path: `/api/messages/${groupId}?after=1` }),
    'a page around a seq': (groupId) => ({ path: `/api/messages/${groupId}?around=1&limit=3` }),
    'a page from the beginning': (groupId) => ({ path: `/api/messages/${groupId}?after=0` }),
    'a page at no seq': (groupId) => ({ path: `/api/messages/${groupId}?before=0` }),
    'a HEAD of the group': (groupId) => ({ method: 'HEAD', path: `/api/message_groups/${groupId}` }),
    'a route that is not there': (groupId) => ({ path: `/api/message_groups/${groupId}/read` }),
  };

  let stranger: Caller;
  let groupId: string;

  beforeAll(async () => {
    const grace = await api().person();
    stranger = await api().person();
    ({ message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'Secret' }));
  });

  describe.each(ERROR_FORMS)('$form', ({ accept }) => {
    it.each(Object.keys(PROBES))('learns nothing by %s', async (name) => {
      const ask = (id: string) => {
        const probe = PROBES[name];
        if (!probe) throw new Error('no such probe');
        return api().request(inForm(withToken(probe(id), stranger.token), accept));
      };
      const foreign = await ask(groupId);
      expect(foreign.status).toBeGreaterThanOrEqual(400);
      expect(comparable(foreign)).toEqual(comparable(await ask(newGroupId())));
      expect(await ada.history(groupId)).toHaveLength(1);
    });
  });

  it('finds nobody else’s conversations in the inbox', async () => {
    expect(await stranger.inbox()).toEqual([]);
  });
});

describe('before somebody was let in', () => {
  it.each([
    ['no JSON', 'application/json', '{'],
    ['no type', 'text/plain', 'Hi'],
    ['too much', 'application/json', ' '.repeat(70_000)],
  ])('nothing of what they send is looked at: %s', async (_what, type, body) => {
    for (const { route, request } of PROTECTED) {
      const { method = 'GET', path } = request(newGroupId(), 'somebody', 'somebody');
      if (method === 'GET') continue;
      const answer = await api().request({ method, path, headers: { 'Content-Type': type }, body });
      expect({ route, status: answer.status }).toEqual({ route, status: 401 });
    }
  });
});

describe('a token', () => {
  it('is taken with the scheme in any case and spaces behind it', async () => {
    const { token } = await api().person();
    for (const Authorization of [`bearer ${token}`, `BEARER   ${token}`, `Bearer ${token} `]) {
      const answer = await api().request({ path: '/api/users/me', headers: { Authorization } });
      expect(answer.status).toBe(200);
    }
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'Token abc', 'null'])(
    'is not found in "%s"',
    async (header) => {
      const answer = await api().request({ path: '/api/users/me', headers: { Authorization: header } });
      expect({ status: answer.status, codes: answer.json() }).toEqual({
        status: 401,
        codes: ['token_invalid'],
      });
    },
  );

  it('is refused from the second in which it expires, however often it was accepted', async () => {
    const person = await api().person();
    const token = await api().issuer.sign({ sub: person.userId, exp: epochSeconds() + 2 });
    const ask = () => api().request(withToken({ path: '/api/users/me' }, token));
    expect(await ask()).toMatchObject({ status: 200 });
    await eventually(async () => expect((await ask()).status).toBe(401));
  });

  it('with an unknown key leaves tokens with the known one as good as they were', async () => {
    const { token, userId } = await api().person();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const unknown = await api().issuer.sign({ sub: userId }, { kid: `unknown-${attempt}` });
      const refused = await api().request(withToken({ path: '/api/users/me' }, unknown));
      expect(refused.status).toBe(401);
      const fresh = await api().issuer.sign({ sub: userId });
      expect(await api().request(withToken({ path: '/api/users/me' }, fresh))).toMatchObject({ status: 200 });
      expect(await api().request(withToken({ path: '/api/users/me' }, token))).toMatchObject({ status: 200 });
    }
  });

  it.each([
    ['no longer than a key may be', 'u'.repeat(255), 200],
    ['longer than that', 'u'.repeat(256), 401],
    ['that is empty', '', 401],
    ['with characters keys are built of', `MEMBER#${crypto.randomUUID()}`, 200],
    ['in another script', `用户-${crypto.randomUUID()}`, 200],
  ])('for a user id %s', async (_kind, sub, status) => {
    const { token } = await api().user(sub);
    const body = { handle: `sub-${crypto.randomUUID().slice(0, 8)}`, display_name: 'Somebody' };
    const answer = await api().request(withToken(jsonRequest('PUT', '/api/users/me', body), token));
    expect(answer.status).toBe(status);
  });
});

describe('when the keys to verify tokens with cannot be fetched', () => {
  let other: TestApi;

  beforeAll(async () => {
    const { createTokenVerifier } = await import('../../backend/http/verify-token.ts');
    const { issuer, audience } = api().issuer;
    const jwksUri = 'https://127.0.0.1:9/jwks.json';
    other = await startTestApi({
      table: api().db.table,
      issuer: api().issuer,
      verifyToken: createTokenVerifier({ oidc: { issuer, audience, jwksUri } }),
    });
  });
  afterAll(() => other.stop());

  it.each(ERROR_FORMS)('nothing is said of the token: $form', async (form) => {
    const { token } = await other.user(newUserId());
    const answer = await other.request(inForm(withToken({ path: '/api/users/me' }, token), form.accept));
    expectFailure(answer, form, { status: 503, codes: ['token_keys_unavailable'] });
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('a token of another issuer is refused all the same', async () => {
    const token = await other.issuer.sign({ iss: 'https://other.test' });
    expect(await other.request(withToken({ path: '/api/users/me' }, token))).toMatchObject({ status: 401 });
  });
});
