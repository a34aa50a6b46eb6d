import { beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { MAX_SEQ } from '../../schema/keys.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, linkOf } from '../support/caller.ts';
import { newGroupId } from '../support/factories.ts';
import type { ExactRequest } from '../support/http-client.ts';
import { encodeCursor } from '../../schema/cursors.ts';

/* Requests that no client should make: each is answered with a status below 500 and codes, and hurts nobody else. */

const api = useTestApi();
let ada: Caller;
let grace: Caller;
let groupId: string;
/** The group's messages and Ada's profile, which no request here changes. */
let log: readonly object[];
let profileBefore: string;

beforeAll(async () => {
  [ada, grace] = [await api().person('ada'), await api().person('grace')];
  ({ message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'first' }));
  log = await ada.history(groupId);
  profileBefore = (await ada.get('/api/users/me')).text;
});

/** A request of Ada's, and what it has to be answered with. */
type Case = readonly [name: string, request: () => ExactRequest, status: number, ...codes: string[]];

/**
 * One test for each case and each form of errors, and one that they left everything as it was.
 */
function refuses(cases: readonly Case[]): void {
  describe.each(ERROR_FORMS)('$form', (form) => {
    it.each(cases)('%s', async (_name, request, status, ...codes) => {
      const { headers, ...rest } = request();
      const Authorization = `Bearer ${ada.token}`;
      const answer = await api().request({
        ...rest,
        headers: { Authorization, Accept: form.accept, ...headers },
      });
      expectFailure(answer, form, { status, codes });
    });

    it('nothing of all these is stored, and the next request works', async () => {
      expect(await ada.history(groupId)).toEqual(log);
      expect(await ada.get('/api/users/me')).toMatchObject({ status: 200, text: profileBefore });
    });
  });
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const raw = (body: string | Uint8Array, headers: Record<string, string> = {}): ExactRequest => ({
  method: 'POST',
  path: '/api/messages',
  headers: { ...JSON_TYPE, ...headers },
  body,
});
const get = (path: string) => () => ({ path });
const put = (path: string, body: unknown): ExactRequest => ({
  ...raw(JSON.stringify(body)),
  method: 'PUT',
  path,
});
/** A send to the group, in which fields stand instead or besides. */
const send = (fields: object, headers?: Record<string, string>) => () =>
  raw(JSON.stringify({ message: 'Hi', message_group_uuid: groupId, ...fields }), headers);
/** A send with exactly these fields. */
const bare = (fields: object) => () => raw(JSON.stringify(fields));
const profile = (fields: object) => () =>
  put('/api/users/me', { handle: 'ada', display_name: 'Ada', ...fields });
const mark = (body: unknown) => () => put(`/api/message_groups/${groupId}/read`, body);
const changes = (query: string) => () => ({ path: `/api/messages/${groupId}/changes?${query}` });
const history = (query: string) => () => ({ path: `/api/messages/${groupId}?${query}` });

/** A send whose body is this many bytes: what makes it long stands in a field that nobody knows. */
function ofBytes(length: number): string {
  const around = JSON.stringify({ message: 'Hi', message_group_uuid: groupId, padding: '' });
  return around.replace('""', `"${'x'.repeat(length - around.length)}"`);
}

describe('a body that is no JSON', () => {
  const NOT_JSON = Buffer.concat([Buffer.from('{"message":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
  refuses([
    ['text', () => raw('hello'), 400, 'json_invalid'],
    ['cut off', () => raw('{"message": "Hi"'), 400, 'json_invalid'],
    ['with more behind it', () => raw('{} {}'), 400, 'json_invalid'],
    ['with a comma too many', () => raw('{"message": "Hi",}'), 400, 'json_invalid'],
    ['a form', () => raw('message=Hi'), 400, 'json_invalid'],
    ['white space', () => raw('   '), 400, 'json_invalid'],
    ['a NUL', () => raw('\0'), 400, 'json_invalid'],
    ['not UTF-8', () => raw(NOT_JSON), 400, 'json_invalid'],
    ['a surrogate in UTF-8', () => raw(Buffer.from('eda080', 'hex')), 400, 'json_invalid'],
    ['not gzip though it says so', () => raw('{}', { 'Content-Encoding': 'gzip' }), 400, 'request_malformed'],
  ]);
});

describe('a body of another shape', () => {
  refuses([
    ['a string', () => raw('"Hi"'), 422, 'body_invalid'],
    ['a number', () => raw('5'), 422, 'body_invalid'],
    ['null', () => raw('null'), 422, 'body_invalid'],
    ['true', () => raw('true'), 422, 'body_invalid'],
    ['an array', () => raw('[]'), 422, 'body_invalid'],
    ['an array of sends', () => raw('[{"message":"Hi","handle":"grace"}]'), 422, 'body_invalid'],
    ['an array for a profile', () => put('/api/users/me', []), 422, 'body_invalid'],
    ['an array for a read mark', mark([1]), 422, 'body_invalid'],
    ['arrays in arrays', () => raw('['.repeat(30_000) + ']'.repeat(30_000)), 422, 'body_invalid'],
    ['nothing', () => raw(''), 422, 'message_blank', 'user_reciever_handle_blank'],
    ['an empty object', () => raw('{}'), 422, 'message_blank', 'user_reciever_handle_blank'],
    [
      'objects in objects',
      () => raw('{"a":'.repeat(9_000) + '1' + '}'.repeat(9_000)),
      422,
      'message_blank',
      'user_reciever_handle_blank',
      'field_unknown',
    ],
  ]);
});

describe('a body of another kind or size', () => {
  const typed = (type: string) => () =>
    raw(JSON.stringify({ message: 'Hi', message_group_uuid: groupId }), { 'Content-Type': type });
  refuses([
    ['a form', typed('application/x-www-form-urlencoded'), 415, 'media_type_unsupported'],
    ['plain text', typed('text/plain'), 415, 'media_type_unsupported'],
    ['another JSON', typed('application/problem+json'), 415, 'media_type_unsupported'],
    ['no type that is one', typed('json'), 415, 'media_type_unsupported'],
    ['no type', () => ({ ...raw('{}'), headers: {} }), 415, 'media_type_unsupported'],
    ['Latin-1', typed('application/json; charset=iso-8859-1'), 415, 'media_type_unsupported'],
    ['UTF-16', typed('application/json; charset=utf-16'), 415, 'media_type_unsupported'],
    ['UTF-7', typed('application/json; charset=utf-7'), 415, 'media_type_unsupported'],
    ['UTF-8 and more', typed('application/json; charset="utf-8, utf-16"'), 415, 'media_type_unsupported'],
    ['no charset that is one', typed('application/json; charset=utf-9000'), 415, 'media_type_unsupported'],
    ['another coding', () => raw('{}', { 'Content-Encoding': 'compress' }), 415, 'media_type_unsupported'],
    ['64 KB + 1', () => raw(ofBytes(65_537)), 413, 'body_too_large'],
    [
      '64 KB + 1 when unpacked',
      () => raw(gzipSync(ofBytes(65_537)), { 'Content-Encoding': 'gzip' }),
      413,
      'body_too_large',
    ],
    [
      '20 MB when unpacked',
      () => raw(gzipSync(Buffer.alloc(20_000_000, ' ')), { 'Content-Encoding': 'gzip' }),
      413,
      'body_too_large',
    ],
    // The rest is read: what is wrong with these is another thing.
    ['64 KB exactly', () => raw(ofBytes(65_536)), 422, 'field_unknown'],
    [
      '64 KB exactly when unpacked',
      () => raw(gzipSync(ofBytes(65_536)), { 'Content-Encoding': 'gzip' }),
      422,
      'field_unknown',
    ],
  ]);

  it.each([
    'application/json',
    'application/json;',
    'application/json; charset=',
    'application/json; charset=utf-8',
    'application/json; charset=utf8',
    'application/json;charset=UTF8',
    'application/json; charset="utf8"',
    "application/json; charset='utf-8'",
    'application/json; charset=unicode-1-1-utf-8',
    'application/json; odata=verbose; Charset=Utf-8',
    'Application/JSON;charset="UTF-8"',
  ])('%s is read', async (type) => {
    const answer = await ada.post('/api/messages', {}, { 'Content-Type': type });
    expect(answer.status).toBe(422);
  });
});

describe('a message', () => {
  const emoji = '\u{1F600}';
  refuses([
    ['absent', bare({ handle: 'grace' }), 422, 'message_blank'],
    ['null', send({ message: null }), 422, 'message_blank'],
    ['empty', send({ message: '' }), 422, 'message_blank'],
    ['blank', send({ message: ' \t\r\n\u00a0\u3000' }), 422, 'message_blank'],
    ['of zero width', send({ message: '\u200b\u200d\u2060\ufeff' }), 422, 'message_blank'],
    ['of marks that show nothing', send({ message: '\u00ad\u3164\u115f\ufe0f' }), 422, 'message_blank'],
    ['a number', send({ message: 1 }), 422, 'message_invalid'],
    ['true', send({ message: true }), 422, 'message_invalid'],
    ['an array', send({ message: ['Hi'] }), 422, 'message_invalid'],
    ['an object', send({ message: { text: 'Hi' } }), 422, 'message_invalid'],
    ['1,025 letters', send({ message: 'x'.repeat(1_025) }), 422, 'message_exceed_max_chars_1024'],
    ['1,025 emoji', send({ message: emoji.repeat(1_025) }), 422, 'message_exceed_max_chars_1024'],
    ['of blanks that have no property', send({ message: '\u2800 \u{1d159}\u2800' }), 422, 'message_blank'],
    ['of controls alone', send({ message: '\0\u0003\u001b\u0085' }), 422, 'message_blank'],
  ]);

  it.each([
    ['1,024 letters', 'x'.repeat(1_024)],
    ['1,024 emoji', emoji.repeat(1_024)],
    ['lines and tabs', 'one\n\ttwo\nthree'],
    ['a first line that is indented', '    if (blank) {\n    }'],
    ['an Arabic number sign', '\u0600'],
    ['a family of four, joined', '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}\u200d\u{1F466}'],
    ['right to left', 'שלום \u200fעולם'],
    ['what HTML and JSON are made of', '<b>"\\u0000"</b> {} & \' </script>'],
  ])('may be %s', async (_name, text) => {
    const [from, to] = [await api().person(), await api().person()];
    const { message, message_group_uuid: own } = await from.send({ handle: to.handle, message: text });
    expect(message).toBe(text);
    expect(await to.history(own)).toMatchObject([{ message: text }]);
  });

  it.each([
    ['1,024 letters within white space', `\n \t\n${'x'.repeat(1_024)} \n\n`, 'x'.repeat(1_024)],
    ['1,024 letters and as many controls', 'x\u0003'.repeat(1_024), 'x'.repeat(1_024)],
    ['what Word, a page and a mainframe break lines with', 'a\u000bb\u000cc\u0085d', 'a\nb\nc\nd'],
    ['line ends of every system', 'a\r\nb\rc\nd\u2028e\u2029f', 'a\nb\nc\nd\ne\nf'],
    ['a control of a PDF, NUL, ESC and DEL', 'a\u0003b\0c\u001b[31md\u007f', 'abc[31md'],
    ['a separated list', 'a\u001fb\u001ec', 'a b c'],
    ['half an emoji', 'a\ud83db\ude00\ud83d', 'a\ufffdb\ufffd\ufffd'],
  ])('is stored as text where it was pasted with %s', async (_name, pasted, stored) => {
    const [from, to] = [await api().person(), await api().person()];
    const { message, message_group_uuid: own } = await from.send({ handle: to.handle, message: pasted });
    expect(message).toBe(stored);
    expect(await to.history(own)).toMatchObject([{ message: stored }]);
  });

  it('is the same message when it is sent again as it was pasted', async () => {
    const to = await api().person();
    const from = await api().person();
    const body = { handle: to.handle, message: 'a\u000bb\u0003\n' };
    const answers = [1, 2].map(() => from.post('/api/messages', body, { 'Idempotency-Key': 'k' }));
    const [first, second] = await Promise.all(answers);
    expect([first?.status, second?.status]).toEqual([200, 200]);
    expect(second?.json()).toEqual(first?.json());
  });
});

describe('where a message goes', () => {
  refuses([
    ['nowhere', bare({ message: 'Hi' }), 422, 'user_reciever_handle_blank'],
    ['both a group and a handle', send({ handle: 'grace' }), 422, 'message_group_uuid_and_handle'],
    ['an empty group', send({ message_group_uuid: '' }), 422, 'message_group_uuid_blank'],
    ['null as a group', send({ message_group_uuid: null }), 422, 'message_group_uuid_invalid'],
    ['a number as a group', send({ message_group_uuid: 5 }), 422, 'message_group_uuid_invalid'],
    ['a group that is no id', send({ message_group_uuid: 'nowhere' }), 404, 'not_found'],
    ['a group with a very long id', send({ message_group_uuid: '0'.repeat(60_000) }), 404, 'not_found'],
    [
      'a group id in lower case',
      () => bare({ message: 'Hi', message_group_uuid: lower() })(),
      404,
      'not_found',
    ],
    ['a key as a group', send({ message_group_uuid: 'META' }), 404, 'not_found'],
    ['an empty handle', bare({ message: 'Hi', handle: '' }), 422, 'user_reciever_handle_blank'],
    ['a blank handle', bare({ message: 'Hi', handle: '  ' }), 422, 'user_reciever_handle_blank'],
    ['an invisible handle', bare({ message: 'Hi', handle: '\u2800' }), 422, 'user_reciever_handle_blank'],
    ['null as a handle', bare({ message: 'Hi', handle: null }), 422, 'handle_invalid'],
    ['an array as a handle', bare({ message: 'Hi', handle: ['grace'] }), 422, 'handle_invalid'],
    ['an unknown handle', bare({ message: 'Hi', handle: 'nobody' }), 422, 'user_reciever_handle_unknown'],
    ['what is no handle', bare({ message: 'Hi', handle: '@grace' }), 422, 'user_reciever_handle_unknown'],
    [
      'a long handle',
      bare({ message: 'Hi', handle: 'g'.repeat(9_000) }),
      422,
      'user_reciever_handle_unknown',
    ],
    ['oneself', bare({ message: 'Hi', handle: 'ada' }), 422, 'user_reciever_handle_self'],
    ['oneself, shouted', bare({ message: 'Hi', handle: ' ADA ' }), 422, 'user_reciever_handle_self'],
    [
      'nothing right at all',
      bare({ message: '', handle: '', after_seq: -1 }),
      422,
      'message_blank',
      'user_reciever_handle_blank',
      'after_seq_invalid',
    ],
  ]);

  const lower = () => groupId.toLowerCase();
});

describe('a seq', () => {
  const SEQS: readonly (readonly [string, string])[] = [
    ['below 0', '-1'],
    ['a fraction', '1.5'],
    ['10^15', '1000000000000000'],
    ['beyond the highest', String(MAX_SEQ + 1)],
    ['in scientific notation', '1e400'],
  ];
  /** Where 0 is the place before the first message, or before the first change, it is allowed. */
  const POSITIONS = [...SEQS, ['empty', ''], ['a word', 'last'], ['with a space', '1%20'], ['in hex', '0x1']];
  refuses([
    ...SEQS.map(([name, seq]): Case => [
      `${name}, to read up to`,
      () => ({ ...put(`/api/message_groups/${groupId}/read`, {}), body: `{"seq": ${seq}}` }),
      422,
      'seq_invalid',
    ]),
    ...SEQS.map(([name, seq]): Case => [
      `${name}, to send after`,
      () => raw(`{"message": "Hi", "message_group_uuid": ${JSON.stringify(groupId)}, "after_seq": ${seq}}`),
      422,
      'after_seq_invalid',
    ]),
    ...['before', 'after', 'around'].flatMap((place) =>
      POSITIONS.map(([name, seq]): Case => [
        `${name}, to page ${place}`,
        history(`${place}=${seq}`),
        400,
        'seq_invalid',
      ]),
    ),
    ['0, to page before', history('before=0'), 400, 'seq_invalid'],
    ['0, to page around', history('around=0'), 400, 'seq_invalid'],
    ...POSITIONS.map(([name, seq]): Case => [
      `${name}, to list changes after`,
      changes(`after=${seq}`),
      400,
      'seq_invalid',
    ]),
    ['absent, to read up to', mark({}), 422, 'seq_invalid'],
    ['null, to read up to', mark({ seq: null }), 422, 'seq_invalid'],
    ['a string, to read up to', mark({ seq: '1' }), 422, 'seq_invalid'],
    ['null, to send after', send({ after_seq: null }), 422, 'after_seq_invalid'],
    ['a string, to send after', send({ after_seq: '1' }), 422, 'after_seq_invalid'],
    ['beyond the end, to send after', send({ after_seq: 2 }), 422, 'after_seq_beyond_end'],
    ['the highest of all, to send after', send({ after_seq: MAX_SEQ }), 422, 'after_seq_beyond_end'],
  ]);
});

describe('a page', () => {
  const LISTS = [
    '/api/message_groups?',
    '/api/users?prefix=an&',
    '/api/messages/:group?',
    '/api/messages/:group/changes?',
    '/api/message_groups/:group/members?',
  ];
  refuses([
    ...LISTS.flatMap((list) =>
      ['0', '101', '-1', '1.5', 'abc', '', '1e1', '%31%30%30%30', '٣'].map((limit): Case => [
        `${list}limit=${limit}`,
        () => ({ path: encodeURI(`${list}limit=`).replace(':group', groupId) + encodeURI(limit) }),
        400,
        'limit_invalid',
      ]),
    ),
    ['two limits', history('limit=1&limit=2'), 400, 'limit_invalid'],
    ['before and after', history('before=5&after=1'), 400, 'position_ambiguous'],
    ['around and after', history('around=5&after=1'), 400, 'position_ambiguous'],
    ['a position in the changes', changes('before=5'), 400, 'parameter_unknown'],
    ['two changes', changes('after=5&after=6'), 400, 'seq_invalid'],
    ['two befores', history('before=5&before=6'), 400, 'seq_invalid'],
    ['an unknown parameter', history('page=2'), 400, 'parameter_unknown'],
    ['a prototype as a parameter', history('__proto__=1'), 400, 'parameter_unknown'],
    ['a nested parameter', history('limit[a]=1'), 400, 'parameter_unknown'],
    ['two things wrong', history('limit=0&before=0'), 400, 'limit_invalid', 'seq_invalid'],
    ['no prefix', get('/api/users'), 400, 'prefix_invalid'],
    ['an empty prefix', get('/api/users?prefix='), 400, 'prefix_invalid'],
    ['a prefix of one', get('/api/users?prefix=a'), 400, 'prefix_invalid'],
    ['a prefix of 31', get(`/api/users?prefix=${'a'.repeat(31)}`), 400, 'prefix_invalid'],
    ['a prefix that nobody can have', get('/api/users?prefix=a%20b'), 400, 'prefix_invalid'],
    ['a short prefix of members', get('/api/message_groups/nowhere/members?prefix=a'), 400, 'prefix_invalid'],
    ['two prefixes', get('/api/users?prefix=an&prefix=ab'), 400, 'prefix_invalid'],
  ]);
});

describe('a cursor', () => {
  const inbox = (cursor: string) => ({ path: `/api/message_groups?cursor=${encodeURIComponent(cursor)}` });
  const users = (cursor: string, prefix = 'gr') => ({
    path: `/api/users?prefix=${prefix}&cursor=${encodeURIComponent(cursor)}`,
  });
  const members = (cursor: string, group = groupId) => ({
    path: `/api/message_groups/${group}/members?cursor=${encodeURIComponent(cursor)}`,
  });
  const membersBy = (cursor: string) => ({
    path: `/api/message_groups/${groupId}/members?prefix=gr&cursor=${encodeURIComponent(cursor)}`,
  });
  let adas: string;
  let graceMembers: string;
  let membersOfOne: string;
  let graces: string;
  let handles: string;

  beforeAll(async () => {
    for (const handle of ['grant', 'gregor']) {
      await api().person(handle);
      for (const person of [ada, grace]) await person.send({ handle, message: 'Hi' });
    }
    const cursorOf = async (caller: Caller, list: string) => {
      const link = linkOf(await caller.get(list), 'next') ?? '';
      return new URL(link, 'http://localhost').searchParams.get('cursor') ?? '';
    };
    adas = await cursorOf(ada, '/api/message_groups?limit=1');
    graces = await cursorOf(grace, '/api/message_groups?limit=1');
    handles = await cursorOf(ada, '/api/users?prefix=gr&limit=1');
    graceMembers = await cursorOf(ada, `/api/message_groups/${groupId}/members?prefix=gr&limit=1`);
    membersOfOne = await cursorOf(ada, `/api/message_groups/${groupId}/members?limit=1`);
  });

  it('is taken as it was given', async () => {
    for (const request of [inbox(adas), users(handles), members(membersOfOne), membersBy(graceMembers)]) {
      expect(await ada.get(request.path)).toMatchObject({ status: 200 });
    }
  });

  const forged = (place: string) => encodeCursor(['inbox', ada.userId], place);
  const forgedHandle = (place: string) => encodeCursor(['handles', 'gr'], place);
  const altered = (cursor: string, place: number) =>
    cursor.slice(0, place) + (cursor[place] === 'A' ? 'B' : 'A') + cursor.slice(place + 1);

  refuses([
    ['empty', () => inbox(''), 400, 'cursor_invalid'],
    ['garbage', () => inbox('garbage'), 400, 'cursor_invalid'],
    ['not base64url', () => inbox('!!!'), 400, 'cursor_invalid'],
    ['altered at its beginning', () => inbox(altered(adas, 0)), 400, 'cursor_invalid'],
    ['altered in the middle', () => inbox(altered(adas, adas.length >> 1)), 400, 'cursor_invalid'],
    ['altered at its end', () => inbox(altered(adas, adas.length - 1)), 400, 'cursor_invalid'],
    ['cut short', () => inbox(adas.slice(0, -1)), 400, 'cursor_invalid'],
    ['with more behind it', () => inbox(`${adas}A`), 400, 'cursor_invalid'],
    ['with padding', () => inbox(`${adas}=`), 400, 'cursor_invalid'],
    ['somebody else’s', () => inbox(graces), 400, 'cursor_invalid'],
    ['of another list', () => inbox(handles), 400, 'cursor_invalid'],
    ['of the inbox, for handles', () => users(adas), 400, 'cursor_invalid'],
    ['of a group’s members, for the inbox', () => inbox(membersOfOne), 400, 'cursor_invalid'],
    ['of the inbox, for members', () => members(adas), 400, 'cursor_invalid'],
    ['of all members, for a search', () => membersBy(membersOfOne), 400, 'cursor_invalid'],
    ['of a search for members, for users', () => users(graceMembers), 400, 'cursor_invalid'],
    ['of another group’s members', () => members(membersOfOne, newGroupId()), 400, 'cursor_invalid'],
    ['altered, for members', () => members(altered(membersOfOne, 0)), 400, 'cursor_invalid'],
    ['of another prefix', () => users(handles, 'gre'), 400, 'cursor_invalid'],
    ['forged, to no place', () => inbox(forged('')), 400, 'cursor_invalid'],
    ['forged, to a place too long for a key', () => inbox(forged('x'.repeat(3_000))), 400, 'cursor_invalid'],
    ['forged, to a place outside the prefix', () => users(forgedHandle('zz')), 400, 'cursor_invalid'],
    ['forged, to what is no handle', () => users(forgedHandle('gr~')), 400, 'cursor_invalid'],
    ['long', () => inbox('A'.repeat(8_000)), 400, 'cursor_invalid'],
    ['twice', () => ({ path: `/api/message_groups?cursor=${adas}&cursor=${adas}` }), 400, 'cursor_invalid'],
  ]);
});

describe('a field nobody knows', () => {
  const smuggled = (fields: string) => () =>
    raw(`{"message": "Hi", "message_group_uuid": ${JSON.stringify(groupId)}, ${fields}}`);
  refuses([
    ['in a send', send({ user_uuid: 'somebody' }), 422, 'field_unknown'],
    ['two in a send', send({ seq: 1, rev: 1 }), 422, 'field_unknown', 'field_unknown'],
    ['in a read mark', mark({ seq: 1, user_uuid: 'somebody' }), 422, 'field_unknown'],
    ['in a profile', profile({ uuid: 'somebody' }), 422, 'field_unknown'],
    ['a prototype', smuggled('"__proto__": {"admin": true}'), 422, 'field_unknown'],
    ['a constructor', smuggled('"constructor": {"prototype": {"x": 1}}'), 422, 'field_unknown'],
    ['with an empty name', smuggled('"": 1'), 422, 'field_unknown'],
  ]);
});

describe('a profile', () => {
  refuses([
    ['empty', () => put('/api/users/me', {}), 422, 'handle_blank', 'display_name_blank'],
    ['a handle that is null', profile({ handle: null }), 422, 'handle_blank'],
    ['a handle that is blank', profile({ handle: ' ' }), 422, 'handle_blank'],
    ['a handle that is a number', profile({ handle: 42 }), 422, 'handle_invalid'],
    ['a handle of one', profile({ handle: 'a' }), 422, 'handle_invalid'],
    ['a handle of 31', profile({ handle: 'a'.repeat(31) }), 422, 'handle_invalid'],
    ['a handle with a space', profile({ handle: 'ada l' }), 422, 'handle_invalid'],
    ['a handle with an @', profile({ handle: '@ada' }), 422, 'handle_invalid'],
    ['a handle with a slash', profile({ handle: 'a/b' }), 422, 'handle_invalid'],
    ['a handle with a #', profile({ handle: 'a#b' }), 422, 'handle_invalid'],
    ['a handle with a line end behind it', profile({ handle: 'ada\nb' }), 422, 'handle_invalid'],
    ['a handle in another script', profile({ handle: 'ада' }), 422, 'handle_invalid'],
    ['a handle that begins with _', profile({ handle: '_deleted' }), 422, 'handle_invalid'],
    ['a handle that begins with .', profile({ handle: '.ada' }), 422, 'handle_invalid'],
    ['a handle that begins with -', profile({ handle: '-ada' }), 422, 'handle_invalid'],
    ['no name', () => put('/api/users/me', { handle: 'ada' }), 422, 'display_name_blank'],
    ['a blank name', profile({ display_name: ' ' }), 422, 'display_name_blank'],
    ['a name of zero width', profile({ display_name: '\u200b' }), 422, 'display_name_blank'],
    ['a name that is an array', profile({ display_name: [] }), 422, 'display_name_invalid'],
    ['a name that looks blank', profile({ display_name: '\u2800\u3164' }), 422, 'display_name_blank'],
    [
      'a name of 65',
      profile({ display_name: '\u{1F600}'.repeat(65) }),
      422,
      'display_name_exceed_max_chars_64',
    ],
    ['somebody else’s handle', profile({ handle: 'Grace' }), 409, 'handle_taken'],
  ]);

  it.each(['a0', 'a'.repeat(30), 'a_b.c-d', '0ne', 'UPPER.Case'])(
    'may have %s as a handle',
    async (handle) => {
      const person = await api().user();
      const saved = await person.saveProfile({ handle, display_name: '\u{1F600}'.repeat(64) });
      expect(saved.handle).toBe(handle.toLowerCase());
    },
  );
});

describe('an Idempotency-Key', () => {
  const key = (value: string) => send({}, { 'Idempotency-Key': value });
  refuses([
    ['empty', key(''), 400, 'idempotency_key_invalid'],
    ['of 65 characters', key('k'.repeat(65)), 400, 'idempotency_key_invalid'],
    ['with a letter that is not ASCII', key('clé'), 400, 'idempotency_key_invalid'],
    ['with a tab', key('a\tb'), 400, 'idempotency_key_invalid'],
  ]);

  it.each(['k', 'k'.repeat(64), '"quoted", with: {punctuation} ~'])('may be %s', async (value) => {
    const [from, to] = [await api().person(), await api().person()];
    const sent = await from.send({ handle: to.handle, message: 'Hi' }, value);
    expect(sent.client_key).toBe(value);
  });
});

describe('a path', () => {
  refuses([
    ['that is badly encoded', get('/api/messages/%E0%A4%A'), 400, 'request_malformed'],
    ['that is not UTF-8', get('/api/message_groups/%FF'), 400, 'request_malformed'],
    ['with a lone %', get('/api/users/@%/short'), 400, 'request_malformed'],
    ['with a long id', get(`/api/messages/${'A'.repeat(8_000)}`), 404, 'not_found'],
    ['with any text for an id', get('/api/messages/@grace'), 404, 'not_found'],
    ['with a key for an id', get('/api/message_groups/GRP%23X'), 404, 'not_found'],
    ['with a NUL for an id', get('/api/message_groups/%00'), 404, 'not_found'],
    ['with a slash in an id', get('/api/message_groups/..%2F..%2Fetc'), 404, 'not_found'],
    ['with a long handle', get(`/api/users/@${'a'.repeat(8_000)}/short`), 404, 'not_found'],
    ['with a handle nobody can have', get('/api/users/@%00/short'), 404, 'not_found'],
    ['with a handle nobody has', get('/api/users/@nobody/short'), 404, 'not_found'],
    ['without the @', get('/api/users/grace/short'), 404, 'not_found'],
    ['that is none', get('/api/nothing'), 404, 'not_found'],
    ['of the API itself', get('/api'), 404, 'not_found'],
    ['outside of the API', get('/'), 404, 'not_found'],
    ['with another method', () => ({ method: 'DELETE', path: '/api/users/me' }), 404, 'not_found'],
    ['with a method nobody uses', () => ({ method: 'PROPFIND', path: '/api/users/me' }), 404, 'not_found'],
  ]);
});
