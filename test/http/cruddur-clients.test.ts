import { describe, expect, it } from '@jest/globals';
import { FRONT_END, useTestApi } from '../support/api.ts';
import { openPage, type PageRequest } from '../support/browser.ts';
import type { Caller } from '../support/caller.ts';

/*
 * Every request that the message screens of Cruddur's React client make, as its branches make them:
 * omenking/aws-bootcamp-cruddur-2023, frontend-react-js, week-5-again-again, week-6-again and week-x. Whatever comes
 * back, they call `res.json()` before they look at the status, and only 200 is a success to them.
 */

const api = useTestApi();

/** What a client does on its message screens, with the token it has: `null` when it has none. */
interface Client {
  readonly branches: string;
  listGroups(token: string | null): PageRequest;
  openGroup(token: string | null, groupId: string): PageRequest;
  lookUp(token: string | null, handle: string): PageRequest;
  send(token: string | null, body: object): PageRequest;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const bearer = (token: string | null) => ({ Authorization: `Bearer ${token ?? 'null'}` });

const CLIENTS: readonly Client[] = [
  {
    branches: 'week-5-again-again and week-6-again',
    listGroups: (token) => ({ method: 'GET', path: '/api/message_groups', headers: bearer(token) }),
    openGroup: (token, groupId) => ({
      method: 'GET',
      path: `/api/messages/${groupId}`,
      headers: bearer(token),
    }),
    lookUp: (_token, handle) => ({ method: 'GET', path: `/api/users/@${handle}/short` }),
    send: (token, body) => ({
      method: 'POST',
      path: '/api/messages',
      headers: { ...bearer(token), Accept: 'application/json', ...JSON_TYPE },
      body: JSON.stringify(body),
    }),
  },
  {
    branches: 'week-x',
    // One function makes all its requests: a content type even where there is no body.
    listGroups: (token) => ({
      method: 'GET',
      path: '/api/message_groups',
      headers: { ...JSON_TYPE, ...bearer(token) },
    }),
    openGroup: (token, groupId) => ({
      method: 'GET',
      path: `/api/messages/${groupId}`,
      headers: { ...JSON_TYPE, ...bearer(token) },
    }),
    lookUp: (token, handle) => ({
      method: 'GET',
      path: `/api/users/@${handle}/short`,
      headers: { ...JSON_TYPE, ...bearer(token) },
    }),
    send: (token, body) => ({
      method: 'POST',
      path: '/api/messages',
      headers: { ...JSON_TYPE, ...bearer(token) },
      body: JSON.stringify(body),
    }),
  },
];

/** Luxon's `DateTime.fromISO` takes it, and takes it for UTC in whatever zone the browser is. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What `MessageGroupItem` shows. */
const GROUP_ITEM = {
  uuid: expect.stringMatching(/^[^/?#]+$/),
  display_name: expect.any(String),
  handle: expect.any(String),
  message: expect.any(String),
  created_at: expect.stringMatching(TIME),
};

/** What `MessageItem` shows. */
const MESSAGE_ITEM = {
  uuid: expect.any(String),
  display_name: expect.any(String),
  handle: expect.any(String),
  message: expect.any(String),
  created_at: expect.stringMatching(TIME),
};

describe.each(CLIENTS)('the message screens of $branches', (client) => {
  const newPage = () => openPage(FRONT_END, api().port);

  /** Two people with a conversation of two messages. */
  async function conversation() {
    const [ada, grace] = [await api().person(), await api().person()];
    const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'Hello Grace' });
    await grace.send({ message_group_uuid: groupId, message: 'Hello Ada' });
    return { ada, grace, groupId };
  }

  /** What the page shows after a request, as its code takes it: JSON first, then the status. */
  async function shown(request: PageRequest) {
    const answer = await newPage().fetch(request);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    const data = answer.json();
    return { status: answer.status, data };
  }

  /** What `FormErrors` makes of an error: `props.errors.map(code => …)`, each code a text. */
  async function shownErrors(request: PageRequest) {
    const { status, data } = await shown(request);
    if (!Array.isArray(data)) throw new Error('errors are an array');
    const errors = data as unknown[];
    expect(errors.filter((code) => typeof code !== 'string' || code === '')).toEqual([]);
    return { status, errors };
  }

  it('MessageGroupsPage: lists the conversations', async () => {
    const { ada, grace, groupId } = await conversation();
    const { status, data } = await shown(client.listGroups(ada.token));
    expect(status).toBe(200);
    expect(data).toEqual([expect.objectContaining(GROUP_ITEM)]);
    expect(data).toMatchObject([{ uuid: groupId, display_name: grace.handle, handle: grace.handle }]);
  });

  it('MessageGroupsPage: somebody without conversations sees an empty list', async () => {
    const loner = await api().person();
    expect(await shown(client.listGroups(loner.token))).toEqual({ status: 200, data: [] });
  });

  it('MessageGroupPage: shows the messages, the newest one last', async () => {
    const { ada, grace, groupId } = await conversation();
    const { status, data } = await shown(client.openGroup(ada.token, groupId));
    expect(status).toBe(200);
    expect(data).toEqual([expect.objectContaining(MESSAGE_ITEM), expect.objectContaining(MESSAGE_ITEM)]);
    expect(data).toMatchObject([
      { message: 'Hello Grace', handle: ada.handle },
      { message: 'Hello Ada', handle: grace.handle },
    ]);
  });

  it('MessageGroupPage: sends, and goes to the conversation the answer names', async () => {
    const { ada, groupId } = await conversation();
    const body = { message: 'How are you?', message_group_uuid: groupId };
    const { status, data } = await shown(client.send(ada.token, body));
    expect(status).toBe(200);
    expect(data).toMatchObject({ ...MESSAGE_ITEM, message: 'How are you?', message_group_uuid: groupId });
  });

  it('MessageGroupNewPage: looks somebody up, lists, sends to the handle, and is sent to the conversation', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const page = newPage();

    const short = await page.fetch(client.lookUp(ada.token, grace.handle));
    expect(short.status).toBe(200);
    expect(short.json()).toMatchObject({ handle: grace.handle, display_name: grace.handle });
    expect((await page.fetch(client.listGroups(ada.token))).json()).toEqual([]);

    const sent = await page.fetch(client.send(ada.token, { message: 'Hello', handle: grace.handle }));
    expect(sent.status).toBe(200);
    const { message_group_uuid: groupId } = sent.json() as { message_group_uuid: string };
    expect(groupId).toMatch(/^[^/?#]+$/);

    expect((await page.fetch(client.openGroup(ada.token, groupId))).json()).toMatchObject([
      { message: 'Hello', handle: ada.handle },
    ]);
    for (const person of [ada, grace]) {
      const list = (await page.fetch(client.listGroups(person.token))).json();
      expect(list).toEqual([expect.objectContaining({ ...GROUP_ITEM, uuid: groupId, message: 'Hello' })]);
    }
  });

  it('MessageGroupNewPage: leads to the one conversation there is, from either side', async () => {
    const { ada, grace, groupId } = await conversation();
    for (const [from, to] of [
      [ada, grace],
      [grace, ada],
    ] as const) {
      const { data } = await shown(client.send(from.token, { message: 'Again', handle: to.handle }));
      expect(data).toMatchObject({ message_group_uuid: groupId });
    }
  });

  it('MessageGroupNewPage: learns that nobody has a handle', async () => {
    const ada = await api().person();
    expect(await shownErrors(client.lookUp(ada.token, 'nobody-at-all'))).toEqual({
      status: 404,
      errors: ['not_found'],
    });
    expect(await shownErrors(client.send(ada.token, { message: 'Hi', handle: 'nobody-at-all' }))).toEqual({
      status: 422,
      errors: ['user_reciever_handle_unknown'],
    });
  });

  it('the look-up works for a reader whose token is none, or has expired', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const expired = await api().issuer.sign({ sub: ada.userId, exp: 1 });
    for (const token of [null, expired]) {
      const { status, data } = await shown(client.lookUp(token, grace.handle));
      expect({ status, data }).toMatchObject({ status: 200, data: { handle: grace.handle } });
    }
  });

  it('a link to /messages/@handle leads to a 404 that the page survives', async () => {
    const { ada, grace } = await conversation();
    const opened = await shownErrors(client.openGroup(ada.token, `@${grace.handle}`));
    expect(opened).toEqual({ status: 404, errors: ['not_found'] });
    const body = { message: 'Hi', message_group_uuid: `@${grace.handle}` };
    expect(await shownErrors(client.send(ada.token, body))).toEqual({ status: 404, errors: ['not_found'] });
  });

  it('who has signed out sends `Bearer null`, and every screen gets an array of codes', async () => {
    const { groupId } = await conversation();
    const requests = [
      client.listGroups(null),
      client.openGroup(null, groupId),
      client.send(null, { message: 'Hi', message_group_uuid: groupId }),
    ];
    for (const request of requests) {
      expect(await shownErrors(request)).toEqual({ status: 401, errors: ['token_invalid'] });
    }
  });

  it('the form names what is wrong with a message in words it knows', async () => {
    const { ada, groupId } = await conversation();
    const errorsFor = async (body: object) => (await shownErrors(client.send(ada.token, body))).errors;
    expect(await errorsFor({ message: '', message_group_uuid: groupId })).toEqual(['message_blank']);
    expect(await errorsFor({ message: 'x'.repeat(1_025), message_group_uuid: groupId })).toEqual([
      'message_exceed_max_chars_1024',
    ]);
    expect(await errorsFor({ message: 'Hi', message_group_uuid: '' })).toEqual(['message_group_uuid_blank']);
    // Its JSON leaves out a parameter that the address does not have.
    expect(await errorsFor({ message: 'Hi', message_group_uuid: undefined })).toEqual([
      'user_reciever_handle_blank',
    ]);
    expect(await errorsFor({ message: 'Hi', handle: '' })).toEqual(['user_reciever_handle_blank']);
  });
});

describe('what a browser asks before those requests', () => {
  const preflightsOf = async (requests: readonly PageRequest[]) => {
    const page = openPage(FRONT_END, api().port);
    for (const request of requests) await page.fetch(request);
    return page.preflights;
  };
  const requestsOf = (client: Client, { token, handle }: Caller) => [
    client.listGroups(token),
    client.openGroup(token, 'some-group'),
    client.lookUp(token, handle),
    client.send(token, { message: 'Hi', handle }),
  ];

  it.each([
    {
      client: CLIENTS[0],
      asked: [
        'GET /api/message_groups: authorization',
        'GET /api/messages/some-group: authorization',
        // Nothing before the look-up: it is a simple request.
        'POST /api/messages: authorization,content-type',
      ],
    },
    {
      client: CLIENTS[1],
      asked: [
        'GET /api/message_groups: authorization,content-type',
        'GET /api/messages/some-group: authorization,content-type',
        'GET /api/users/@someone/short: authorization,content-type',
        'POST /api/messages: authorization,content-type',
      ],
    },
  ])('$client.branches', async ({ client, asked }) => {
    if (!client) throw new Error('there are two clients');
    const someone = await api().person();
    const preflights = await preflightsOf(requestsOf(client, someone));
    expect(preflights).toEqual(asked.map((line) => line.replace('@someone', `@${someone.handle}`)));
  });

  it('a page of another origin is not let through', async () => {
    const page = openPage('http://localhost:3001', api().port);
    const someone = await api().person();
    for (const client of CLIENTS) {
      for (const request of requestsOf(client, someone)) {
        await expect(page.fetch(request)).rejects.toThrow(TypeError);
      }
    }
  });
});
