import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { InviteAnswer } from '../../backend/presentation/invite.ts';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { openApiFiles } from '../../local/openapi-files.ts';
import { ERROR_FORMS } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { uploadFile } from '../support/files.ts';
import type { Answer, ExactRequest } from '../support/http-client.ts';
import { apiDescription, routesOf } from '../support/openapi.ts';

/*
 * The OpenAPI document, and the page that shows it. That answers are as it says is looked at wherever the tests have
 * one (`test/support/openapi.ts`); here, once for every route.
 */

const api = useTestApi();
const { document } = apiDescription();

/** `get /api/users/me` …, in the document. */
function describedRoutes(): string[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
}

describe('the document', () => {
  it('is one, by the schema of OpenAPI 3.1', async () => {
    const copy = JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
    expect(await new Validator().validate(copy)).toEqual({ valid: true });
  });

  it('is what the API answers, to anybody', async () => {
    const answer = await api().request({ path: '/api/openapi.json' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has the routes of the routers, and no others', () => {
    const served = routesOf(api().app.router).map(({ method, path }) => {
      const inDocument = path.replaceAll(/:(\w+)/g, '{$1}');
      return `${method.toLowerCase()} /api${inDocument}`;
    });
    expect(describedRoutes().toSorted()).toEqual(served.toSorted());
  });

  it('documents every field and parameter', () => {
    expect(undocumented(JSON.parse(JSON.stringify(document)), '')).toEqual([]);
  });

  it('refuses what a body does not know', () => {
    for (const { requestBody } of operations()) {
      if (requestBody === undefined) continue;
      expect(requestBody).toMatchObject({
        content: { 'application/json': { schema: { additionalProperties: false } } },
      });
    }
  });

  it('has been written to the files that are made of it: npm run openapi', async () => {
    const files = await openApiFiles();
    const outdated = files.filter(
      ({ path, content }) => readFileSync(join(PACKAGE_ROOT, path), 'utf8') !== content,
    );
    expect(outdated.map(({ path }) => path)).toEqual([]);
  });
});

describe('the page', () => {
  it('runs nothing that stands in it, and loads nothing from elsewhere', async () => {
    const { headers, text } = await api().request({ path: '/api/docs' });
    expect(headers['content-type']).toMatch(/^text\/html/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|https?:/);
  });

  it('has all it loads', async () => {
    const { text } = await api().request({ path: '/api/docs' });
    const loaded = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(loaded).toHaveLength(4);
    for (const path of loaded) {
      const answer = await api().request({ path });
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      expect(answer.headers['content-type']).toMatch(
        path.endsWith('.css') ? /^text\/css/ : /^(text\/javascript|application\/json)/,
      );
    }
  });

  it.each(['index.html', 'package.json', '..%2fpackage.json', 'swagger-ui.js'])(
    'has no part %s',
    async (part) => {
      expect(await api().request({ path: `/api/docs/${part}` })).toMatchObject({ status: 404 });
    },
  );
});

describe('every answer to', () => {
  let ada: Caller;
  let grace: Caller;
  /** Of two people. */
  let groupId: string;
  /** Of three, and Ada's. */
  let named: string;
  /** A file of their third message. */
  let fileId: string;
  /** The code of an invitation to it. */
  let code: string;
  /** A public group of Grace's. */
  let open: string;

  beforeAll(async () => {
    [ada, grace] = [await api().person('ada'), await api().person('grace')];
    await api().person('barbara');
    ({ message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'first' }));
    await ada.send({ message_group_uuid: groupId, message: 'second' });
    fileId = await uploadFile(api().context, api().files.store, ada.userId);
    await ada.send({ message_group_uuid: groupId, attachments: [fileId] });
    const created = await ada.post('/api/message_groups', { name: 'A group', handles: ['grace', 'barbara'] });
    ({ uuid: named } = created.json() as { uuid: string });
    ({ code } = ok(await ada.post(`/api/message_groups/${named}/invites`, {})) as InviteAnswer);
    ({ uuid: open } = await grace.createGroup('Open', ['barbara']));
    await grace.patch(`/api/message_groups/${open}`, { visibility: 'public' });
  });

  /** What goes well, by the operation's name; where a stream would not end, only who is refused is heard. */
  const REQUESTS: Readonly<Record<string, () => ExactRequest>> = {
    checkHealth: () => ({ path: '/api/health-check?deep=1' }),
    readPerson: () => ({ path: '/api/users/@grace/short' }),
    readProfile: () => ({ path: '/api/users/me' }),
    saveProfile: () => withBody('PUT', '/api/users/me', { handle: 'ada', display_name: 'Ada' }),
    findPeople: () => ({ path: '/api/users?prefix=gr' }),
    blockUser: () => ({ method: 'PUT', path: '/api/users/@grace/block' }),
    listBlocks: () => ({ path: '/api/users/me/blocks' }),
    searchMessageGroup: () => ({ path: `/api/messages/${named}/search?q=a` }),
    searchMessages: () => ({ path: '/api/search?q=a' }),
    unblockUser: () => ({ method: 'DELETE', path: '/api/users/@grace/block' }),
    listMessageGroups: () => ({ path: '/api/message_groups' }),
    readMessageGroup: () => ({ path: `/api/message_groups/${groupId}` }),
    markRead: () => withBody('PUT', `/api/message_groups/${groupId}/read`, { seq: 1 }),
    sendMessage: () => withBody('POST', '/api/messages', { message: 'Hi', message_group_uuid: groupId }),
    listMessages: () => ({ path: `/api/messages/${groupId}` }),
    createMessageGroup: () => withBody('POST', '/api/message_groups', { name: 'Two', handles: ['grace'] }),
    updateMessageGroup: () => withBody('PATCH', `/api/message_groups/${named}`, { visibility: 'public' }),
    listPublicGroups: () => ({ path: '/api/message_groups/public' }),
    joinMessageGroup: () => ({ method: 'POST', path: `/api/message_groups/${open}/join` }),
    createInvite: () => withBody('POST', `/api/message_groups/${named}/invites`, { expires_in: 60 }),
    listInvites: () => ({ path: `/api/message_groups/${named}/invites` }),
    readInvite: () => ({ path: `/api/invites/${code}` }),
    acceptInvite: () => ({ method: 'POST', path: `/api/invites/${code}/accept` }),
    revokeInvite: () => ({ method: 'DELETE', path: `/api/message_groups/${named}/invites/${code}` }),
    addMembers: () => withBody('POST', `/api/message_groups/${named}/members`, { handle: 'grace' }),
    listMembers: () => ({ path: `/api/message_groups/${named}/members?limit=1` }),
    listChanges: () => ({ path: `/api/messages/${groupId}/changes?after=0` }),
    changeRole: () => withBody('PATCH', `/api/message_groups/${named}/members/@grace`, { role: 'admin' }),
    removeMember: () => ({ method: 'DELETE', path: `/api/message_groups/${named}/members/@barbara` }),
    removeMemberById: () => ({
      method: 'DELETE',
      path: `/api/message_groups/${named}/members/${grace.userId}`,
    }),
    editMessage: () => withBody('PATCH', `/api/messages/${groupId}/1`, { message: 'Better' }),
    deleteMessage: () => ({ method: 'DELETE', path: `/api/messages/${groupId}/2` }),
    react: () => ({ method: 'PUT', path: `/api/messages/${groupId}/1/reactions/%F0%9F%91%8D` }),
    takeBackReaction: () => ({ method: 'DELETE', path: `/api/messages/${groupId}/1/reactions/%F0%9F%91%8D` }),
    listReactions: () => ({ path: `/api/messages/${groupId}/1/reactions` }),
    createAttachment: () => withBody('POST', '/api/attachments', { name: 'x', type: 'a/b', size: 1 }),
    downloadAttachment: () => ({ path: `/api/messages/${groupId}/3/attachments/${fileId}?redirect=false` }),
    pinMessage: () => ({ method: 'PUT', path: `/api/messages/${groupId}/1/pin` }),
    unpinMessage: () => ({ method: 'DELETE', path: `/api/messages/${groupId}/1/pin` }),
    listPins: () => ({ path: `/api/message_groups/${groupId}/pins` }),
    changeSettings: () => withBody('PATCH', `/api/message_groups/${groupId}/settings`, { favourite: true }),
    readUnread: () => ({ path: '/api/unread' }),
    createTicket: () => ({ method: 'POST', path: '/api/events/ticket' }),
    sendTyping: () => ({ method: 'POST', path: `/api/message_groups/${groupId}/typing` }),
    readOpenApiDocument: () => ({ path: '/api/openapi.json' }),
    readDocs: () => ({ path: '/api/docs' }),
    readDocsPart: () => ({ path: '/api/docs/start.js' }),
  };
  const STREAMS = ['listenToEvents'];
  const names = operations().map(({ operationId = '' }) => operationId);

  it('a route is looked at: a new one has to be listed here', () => {
    expect([...Object.keys(REQUESTS), ...STREAMS].toSorted()).toEqual(names.toSorted());
  });

  it.each(Object.keys(REQUESTS))('%s is as described', async (name) => {
    const request = REQUESTS[name]?.() ?? { path: '/' };
    const ask = (more: Record<string, string>, instead: Partial<ExactRequest> = {}): Promise<Answer> =>
      api().request({ ...request, ...instead, headers: { ...request.headers, ...more } });
    const { status } = await ask({ Authorization: `Bearer ${ada.token}` });
    expect(status).toBeLessThan(300);
    for (const { accept: Accept } of ERROR_FORMS) {
      const { token } = await api().user();
      await ask({ Accept });
      await ask({ Accept, Authorization: 'Bearer null' });
      await ask({ Accept, Authorization: `Bearer ${token}` });
      const own = { Accept, Authorization: `Bearer ${grace.token}` };
      await ask(own, { path: `${request.path.split('?', 1)[0]}?no=1` });
      if (request.body === undefined) continue;
      for (const body of ['{', '[]', '{}', 'x'.repeat(70_000)]) await ask(own, { body });
      await ask({ ...own, 'Content-Type': 'text/plain' });
    }
  });
});

function operations() {
  return Object.values(document.paths ?? {}).flatMap((item) =>
    [item.get, item.put, item.post, item.patch, item.delete].filter((operation) => operation !== undefined),
  );
}

function withBody(method: string, path: string, body: object): ExactRequest {
  return { method, path, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** Places of fields and parameters that nothing is said of. What is only referred to is documented where it stands. */
function undocumented(value: unknown, place: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.entries(value).flatMap(([name, inner]) => undocumented(inner, `${place}/${name}`));
  if ('in' in value && 'name' in value && !('description' in value)) return [place, ...found];
  if (!('properties' in value) || place.endsWith('/allOf/1')) return found;
  const fields = Object.entries(value.properties as Record<string, object>);
  const silent = fields.filter(
    ([, field]) => !('description' in field || '$ref' in field || 'const' in field),
  );
  return [...silent.map(([name]) => `${place}/${name}`), ...found];
}
