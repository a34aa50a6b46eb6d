import { request } from 'node:http';
import { once } from 'node:events';
import type { DevelopmentIssuer } from '../../local/development-issuer.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { type Answer, exchange } from '../support/http-client.ts';
import { createTestIssuer } from '../support/test-issuer.ts';
import type { Secrets } from './secrets.ts';

/** Sends a request to an API, with a token or without. */
type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

interface Tour {
  readonly port: number;
  readonly secrets: Secrets;
  readonly engine: FlakyEngine;
  readonly issuer: DevelopmentIssuer;
}

/** Uses every feature of an API, with valid and invalid requests. Returns the statuses of each part, in its order. */
export async function takeTour(tour: Tour): Promise<Record<string, readonly number[]>> {
  const ada = await signIn(tour, 'one');
  const grace = await signIn(tour, 'other');
  const talk = await talkTogether(tour, ada.ask, grace.ask);
  return {
    talk: talk.statuses,
    groups: await runAGroup(tour, ada.ask),
    listen: await listen(tour, ada, talk.groupId),
    mistakes: await makeMistakes(tour, ada.ask, talk.groupId),
    strangers: await comeAsStranger(tour, ada.token),
    faults: await meetFaults(tour, ada.ask, talk.groupId),
  };
}

const asker =
  (port: number, own: Readonly<Record<string, string>> = {}): Ask =>
  (method, path, body, headers = {}) =>
    exchange(port, {
      method,
      path,
      headers: { ...own, ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

async function signIn({ port, secrets }: Tour, handle: string) {
  const body = { handle, create: true, display_name: secrets.make(`name of ${handle}`) };
  const answer = await asker(port)('POST', '/development/sign-in', body);
  const { access_token } = answer.json() as { access_token: string };
  const token = secrets.keep(access_token);
  return {
    token,
    ask: asker(port, { Authorization: `Bearer ${token}`, Cookie: `sid=${secrets.make('cookie')}` }),
  };
}

const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status);

async function talkTogether({ secrets }: Tour, ada: Ask, grace: Ask) {
  const key = { 'Idempotency-Key': secrets.make('key') };
  const opened = await ada(
    'POST',
    '/api/messages',
    { handle: 'other', message: secrets.make('first text') },
    key,
  );
  const { message_group_uuid: groupId } = opened.json() as { message_group_uuid: string };
  const data = { [secrets.make('name in own data')]: [secrets.make('own data')] };
  const body = { message_group_uuid: groupId, message: secrets.make('text'), after_seq: 1, data };
  const keyed = { 'Idempotency-Key': secrets.make('second key') };
  const answers = [
    opened,
    await ada('POST', '/api/messages', body, keyed),
    await ada('POST', '/api/messages', body, keyed),
    await ada('POST', '/api/messages', { ...body, message: secrets.make('text under a used key') }, keyed),
    await ada('PATCH', `/api/messages/${groupId}/2`, { message: secrets.make('edited text') }),
    await grace('PATCH', `/api/messages/${groupId}/2`, { message: secrets.make('edit of another’s') }),
    await ada('DELETE', `/api/messages/${groupId}/1`),
    await grace('PUT', `/api/message_groups/${groupId}/read`, { seq: 2 }),
    await grace('GET', `/api/messages/${groupId}?limit=1`),
    await grace('GET', '/api/message_groups?limit=1'),
    await grace('GET', `/api/message_groups?cursor=${secrets.make('cursor')}`),
    await grace('PUT', `/api/messages/${groupId}/2/reactions/${encodeURIComponent('🦄')}`),
    await grace('GET', `/api/messages/${groupId}/2/reactions?cursor=${secrets.make('cursor of reactions')}`),
    await grace('PUT', `/api/messages/${groupId}/2/pin`),
    await grace('GET', `/api/message_groups/${groupId}/pins`),
    await grace('PATCH', `/api/message_groups/${groupId}/settings`, { muted: secrets.make('setting') }),
    await grace('PATCH', `/api/message_groups/${groupId}/settings`, { archived: true }),
    await grace('GET', '/api/unread'),
    await ada('POST', '/api/messages', {
      message_group_uuid: groupId,
      message: `@other ${secrets.make('reply')}`,
      reply_to: 2,
    }),
    await grace('PUT', '/api/users/@one/block'),
    await ada('POST', '/api/messages', {
      message_group_uuid: groupId,
      message: secrets.make('refused text'),
    }),
    await grace('GET', `/api/users/me/blocks?cursor=${secrets.make('cursor of blocks')}`),
    await grace('GET', '/api/users/me/blocks'),
    await grace('DELETE', '/api/users/@one/block'),
    await grace('PUT', '/api/users/me', { handle: 'other', display_name: secrets.make('new name') }),
  ];
  return { groupId, statuses: statusesOf(answers) };
}

async function runAGroup({ secrets }: Tour, ada: Ask): Promise<number[]> {
  const ownData = (what: string) => ({ data: { [secrets.make(`name in ${what}`)]: secrets.make(what) } });
  const body = {
    ...{ name: secrets.make('group'), handles: ['other'] },
    ...ownData('own data of a group'),
  };
  const created = await ada('POST', '/api/message_groups', body, {
    'Idempotency-Key': secrets.make('group key'),
  });
  const { uuid } = created.json() as { uuid: string };
  return statusesOf([
    created,
    await ada('PATCH', `/api/message_groups/${uuid}`, { name: secrets.make('new name of the group') }),
    await ada('PATCH', `/api/message_groups/${uuid}`, ownData('changed own data of a group')),
    await ada('PATCH', `/api/message_groups/${uuid}`, { data: [secrets.make('own data that is no object')] }),
    await ada('GET', `/api/message_groups/${uuid}`),
    await ada('PATCH', `/api/message_groups/${uuid}`, { name: `${secrets.make('long name')} `.repeat(50) }),
    await ada('PATCH', `/api/message_groups/${uuid}/members/@other`, { role: secrets.make('role') }),
    await ada('POST', '/api/messages', {
      message_group_uuid: uuid,
      message: secrets.make('text to a group'),
    }),
    await ada('DELETE', `/api/message_groups/${uuid}/members/@other`),
  ]);
}

async function listen(
  { port, secrets }: Tour,
  { ask, token }: { readonly ask: Ask; readonly token: string },
  groupId: string,
): Promise<number[]> {
  const { ticket } = (await ask('POST', '/api/events/ticket')).json() as { ticket: string };
  const path = `/api/events?ticket=${ticket}`;
  const readers = [await readEvents(port, { path }), await readEvents(port, { token })];
  for (const reader of readers) await reader.until('ready');
  const typing = await ask('POST', `/api/message_groups/${groupId}/typing`);
  await ask('POST', '/api/messages', { message_group_uuid: groupId, message: secrets.make('event text') });
  for (const reader of readers) await reader.until('message');
  const again = await readEvents(port, { path });
  const made = await readEvents(port, {
    path: `/api/events?ticket=${secrets.make('ticket that never was')}`,
  });
  for (const reader of [...readers, again, made]) reader.close();
  // Known only now: the API makes the ticket.
  secrets.keep(`.${ticket}.${ticket}`);
  return [...readers.map(({ status }) => status), typing.status, again.status, made.status];
}

async function makeMistakes({ port, secrets }: Tour, ada: Ask, groupId: string): Promise<number[]> {
  const send = (body: unknown, headers?: Readonly<Record<string, string>>) =>
    ada('POST', '/api/messages', body, headers);
  const to = { message_group_uuid: groupId };
  const problem = { Accept: 'application/problem+json' };
  const answers = [
    await send(`{"message": "${secrets.make('text in what is no JSON')}`),
    await send(secrets.make('no JSON'), problem),
    await send({ ...to, message: `${secrets.make('text that is too long')} `.repeat(200) }, problem),
    await send({ ...to, message: `${secrets.make('body that is too long')} `.repeat(5_000) }),
    await send({ ...to, message: { [secrets.make('field of a message')]: secrets.make('text in a field') } }),
    await send({ ...to, message: 'Hi', [secrets.make('unknown field')]: secrets.make('its value') }, problem),
    await send({ ...to, message: [secrets.make('text in a list')] }),
    await send({ ...to, message: 'Hi', data: secrets.make('own data that is a text') }, problem),
    await send({
      ...to,
      message: 'Hi',
      data: { a: `${secrets.make('own data that is too long')} `.repeat(60) },
    }),
    await send(`{"message": "Hi", "data": {"${secrets.make('name in own data that is no JSON')}": }`),
    await send({ handle: secrets.make('unknown handle'), message: secrets.make('text to an unknown user') }),
    await send({ ...to, message: 'Hi', after_seq: secrets.make('seq') }),
    await send(
      { ...to, message: 'Hi' },
      { 'Idempotency-Key': secrets.make('key that is too long').repeat(9) },
    ),
    await send(secrets.make('plain text'), { 'Content-Type': `text/${secrets.make('type')}` }),
    await send(secrets.make('text that is not packed'), { 'Content-Encoding': 'gzip' }),
    await ada('GET', `/api/messages/${groupId}?before=${secrets.make('place')}`),
    await ada('GET', `/api/users?prefix=${secrets.make('prefix')}`),
    await ada('GET', `/nowhere?${secrets.make('query')}=1`),
    await ada('GET', `/%E0%A4%A?${secrets.make('query of a bad path')}=1`),
    await asker(port)('OPTIONS', '/api/messages', undefined, {
      Origin: `https://${secrets.make('origin')}.example`,
      'Access-Control-Request-Headers': secrets.make('header'),
    }),
  ];
  await giveUp(port, secrets);
  return statusesOf(answers);
}

/** Sends a request that ends in the middle of its text. */
async function giveUp(port: number, secrets: Secrets): Promise<void> {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': '1000' };
  const given = request({ host: '127.0.0.1', port, method: 'POST', path: '/development/sign-in', headers });
  given.on('error', () => undefined);
  given.write(`{"handle": "${secrets.make('text of who gave up')}`);
  await once(given, 'socket');
  given.destroy();
}

async function comeAsStranger({ port, secrets, issuer }: Tour, token: string): Promise<number[]> {
  const foreign = await createTestIssuer(secrets.make('key id'));
  const own = { iss: issuer.issuer, aud: issuer.audience };
  const secret = {
    sub: secrets.make('user id'),
    jti: secrets.make('token id'),
    email: secrets.make('e-mail address'),
  };
  const tokens = [
    await foreign.sign(secret),
    await foreign.sign({ ...own, ...secret }),
    await foreign.sign({ ...own, ...secret, exp: 1 }),
    `${token.slice(0, -6)}AAAAAA`,
    `${token.split('.', 2).join('.')}.`,
    `a.${secrets.make('token that is none')}.c`,
  ];
  for (const one of tokens.slice(0, 3)) secrets.keep(one);
  const ask = asker(port);
  return statusesOf([
    ...(await Promise.all(
      tokens.map((one) => ask('GET', '/api/users/me', undefined, { Authorization: `Bearer ${one}` })),
    )),
    await ask('GET', '/api/users/me', undefined, { Authorization: `Basic ${secrets.make('password')}` }),
    await ask('GET', `/api/users/me?token=${token}&access_token=${token}`),
    await ask('GET', `/api/events?token=${token}`),
  ]);
}

async function meetFaults({ secrets, engine }: Tour, ada: Ask, groupId: string): Promise<number[]> {
  const send = (text: string) => ada('POST', '/api/messages', { message_group_uuid: groupId, message: text });
  const answers: Answer[] = [];
  engine.cut('PutItem', { times: 4 });
  answers.push(await send(secrets.make('text that was cut off')));
  engine.refuse('PutItem', 'ValidationException');
  const data = {
    [secrets.make('name in own data that was refused')]: secrets.make('own data that was refused'),
  };
  const refused = { message_group_uuid: groupId, message: secrets.make('text that was refused'), data };
  answers.push(await ada('POST', '/api/messages', refused));
  engine.refuse('PutItem', 'AccessDeniedException');
  answers.push(await send(secrets.make('text that was denied')));
  engine.breakDown('Query', { times: 8 });
  answers.push(await ada('GET', `/api/messages/${groupId}`));
  engine.reset();
  // The stream's handler logs records that it cannot write, and skips them.
  engine.refuse('UpdateItem', 'ValidationException', { times: 2 });
  answers.push(await send(secrets.make('text of which no summary is written')));
  await eventually(() => engine.count('UpdateItem') >= 2, { within: 20_000 });
  return statusesOf(answers);
}
