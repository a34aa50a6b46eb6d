import { describe, expect, it } from '@jest/globals';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { codesOf } from '../support/answers.ts';
import { startTestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { beginUpload, postForm } from '../support/uploads.ts';
import type { Answer } from '../support/http-client.ts';

/* Files of messages, as clients upload, send and download them, on the store of a local run. */

const api = useTestApi({ servesFiles: true });
const PDF = { name: 'plan.pdf', type: 'application/pdf', size: 7 };

async function upload(caller: Caller, file: Partial<typeof PDF> = {}, content = 'content'): Promise<string> {
  const begun = await beginUpload(caller, { ...PDF, ...file, size: content.length });
  const { status } = await postForm(api().port, begun, new Blob([content]));
  expect(status).toBe(204);
  return begun.id;
}

async function pair() {
  const [ada, grace] = [await api().person(), await api().person()];
  const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'Hello' });
  return { ada, grace, groupId };
}

function expectRefusal(answer: Answer, status: number, codes: readonly string[]): void {
  expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status, codes });
}

const filesOf = ({ attachments }: MessageAnswer) => attachments;
const origin = () => `http://127.0.0.1:${api().port}`;

/** Follows the route of a file, without a token from there on. */
async function download(caller: Caller, url: string): Promise<Response> {
  const answer = await caller.get(url);
  expect(answer).toMatchObject({ status: 302, text: '' });
  expect(answer.headers['cache-control']).toBe('no-store');
  return fetch(new URL(answer.headers.location ?? '', origin()));
}

describe('a message with files', () => {
  it('is sent, and shows them to members, in the inbox too', async () => {
    const { ada, grace, groupId } = await pair();
    const ids = [
      await upload(ada),
      await upload(ada, { name: 'b/../ünï.png', type: 'image/png', width: 3, height: 2 } as object, 'png'),
    ];
    const sent = await ada.send({ message: 'See this', message_group_uuid: groupId, attachments: ids });
    const url = (id: string | undefined) => `/api/messages/${groupId}/${sent.seq}/attachments/${id}`;
    const attachments = [
      { id: ids[0], ...PDF, url: url(ids[0]) },
      { id: ids[1], name: 'ünï.png', type: 'image/png', size: 3, width: 3, height: 2, url: url(ids[1]) },
    ];
    const shown = {
      text: 'See this',
      message: 'See this\n📎 \u2068plan.pdf\u2069, \u2068ünï.png\u2069',
      attachments,
    };
    expect(sent).toMatchObject(shown);
    expect((await grace.history(groupId)).at(-1)).toMatchObject(shown);
    const file = await download(grace, url(ids[0]));
    expect(await file.text()).toBe('content');
    const { url: signed } = ok(await grace.get(`${url(ids[1])}?redirect=false`)) as { url: string };
    expect(await (await fetch(new URL(signed, origin()))).text()).toBe('png');
  });

  it('needs no text: clients that do not show files see their names', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const sent = await ada.send({ handle: grace.handle, attachments: [await upload(ada)] });
    const line = '📎 \u2068plan.pdf\u2069';
    expect(sent).toMatchObject({ seq: 1, text: '', message: line });
    expect(await grace.inbox()).toMatchObject([{ message: line }]);
    const reply = await grace.send({
      message: 'Ok',
      message_group_uuid: sent.message_group_uuid,
      reply_to: 1,
    });
    expect(reply).toMatchObject({ reply_to: { message: line }, attachments: [] });
    expect(reply).not.toHaveProperty('text');
  });

  it('keeps them when its text is edited, and loses them when it is deleted', async () => {
    const { ada, grace, groupId } = await pair();
    const sent = await ada.send({ message_group_uuid: groupId, attachments: [await upload(ada)] });
    const path = `/api/messages/${groupId}/${sent.seq}`;
    const edited = ok(await ada.patch(path, { message: 'A plan' })) as MessageAnswer;
    expect(edited).toMatchObject({ text: 'A plan', attachments: filesOf(sent) });
    expect(ok(await ada.delete(path))).toMatchObject({ message: null, attachments: [] });
    expectRefusal(await grace.get(filesOf(sent)[0]?.url ?? ''), 404, ['not_found']);
  });

  it('is stored once where a send is repeated with its key', async () => {
    const { ada, groupId } = await pair();
    const body = { message: 'x', message_group_uuid: groupId, attachments: [await upload(ada)] };
    const sent = await ada.send(body, 'key');
    expect(await ada.send(body, 'key')).toMatchObject({ uuid: sent.uuid, attachments: filesOf(sent) });
    const headers = { 'Idempotency-Key': 'key' };
    const other = await ada.post('/api/messages', { ...body, attachments: [await upload(ada)] }, headers);
    expectRefusal(other, 409, ['idempotency_key_reused']);
    expectRefusal(await ada.post('/api/messages', body), 422, ['attachment_unknown']);
  });
});

describe('a file', () => {
  it('is only for members of the group', async () => {
    const { ada, grace, groupId } = await pair();
    const { attachments } = await ada.send({ message_group_uuid: groupId, attachments: [await upload(ada)] });
    const stranger = await api().person();
    const { url = '' } = attachments[0] ?? {};
    expectRefusal(await stranger.get(url), 404, ['not_found']);
    expectRefusal(await stranger.get(`${url}?redirect=false`), 404, ['not_found']);
    expect((await api().request({ path: url })).status).toBe(401);
    const elsewhere = url.replace('/2/', '/1/');
    expectRefusal(await grace.get(elsewhere), 404, ['not_found']);
    expectRefusal(await grace.get(url.slice(0, -1)), 404, ['not_found']);
  });

  it('can be sent by its uploader alone, after it was uploaded', async () => {
    const { ada, grace, groupId } = await pair();
    const send = (id: string, caller = ada) =>
      caller.post('/api/messages', { message_group_uuid: groupId, attachments: [id] });
    const { id } = await beginUpload(ada, PDF);
    expectRefusal(await send(id), 422, ['attachment_not_uploaded']);
    expectRefusal(await send(await upload(ada), grace), 422, ['attachment_unknown']);
    expectRefusal(await send('01JX3K9Q4M5N6P7R8S9TAVBWCY'), 422, ['attachment_unknown']);
  });

  it.each([
    [{ size: 26_214_401 }, 'attachment_too_large'],
    [{ size: 0 }, 'attachment_size_invalid'],
    [{ size: 1.5 }, 'attachment_size_invalid'],
    [{ type: 'text/html; charset=utf-8' }, 'attachment_type_invalid'],
    [{ type: '' }, 'attachment_type_invalid'],
    [{ name: '../..' }, 'attachment_name_invalid'],
    [{ name: 'folder/' }, 'attachment_name_blank'],
    [{ name: 'x'.repeat(256) }, 'attachment_name_exceed_max_chars_255'],
    [{ width: 0 }, 'width_invalid'],
    [{ height: 65_536 }, 'height_invalid'],
  ])('%j is refused: %s', async (change, code) => {
    const ada = await api().person();
    expectRefusal(await ada.post('/api/attachments', { ...PDF, ...change }), 422, [code]);
  });

  it.each([
    [{ attachments: ['x'] }, ['attachments_invalid']],
    [{ attachments: Array(2).fill('01JX3K9Q4M5N6P7R8S9TAVBWCY') }, ['attachments_invalid']],
    [{ message: 'x', attachments: Array(11).fill('x') }, ['attachments_too_many']],
    [{ attachments: [] }, ['message_blank']],
    [{ message: ' \u200b ' }, ['message_blank']],
    [{ message: null }, ['message_blank']],
    [{ message: 7 }, ['message_invalid']],
  ])('is not sent by %j: %j', async (body, codes) => {
    const { ada, groupId } = await pair();
    expectRefusal(await ada.post('/api/messages', { message_group_uuid: groupId, ...body }), 422, codes);
  });

  it('is refused with a code of its own where no store is configured', async () => {
    const without = await startTestApi({ table: api().db.table });
    try {
      const ada = (await api().person()).at(without);
      expectRefusal(await ada.post('/api/attachments', PDF), 403, ['attachments_disabled']);
      const { groupId } = await pair();
      const send = { message_group_uuid: groupId, attachments: ['01JX3K9Q4M5N6P7R8S9TAVBWCY'] };
      expectRefusal(await ada.post('/api/messages', send), 404, ['not_found']);
    } finally {
      await without.stop();
    }
  });

  it.each([
    ['an HTML page', { name: 'page.html', type: 'text/html' }, '<script>parent.x()</script>'],
    ['an SVG picture', { name: 'x.svg', type: 'image/svg+xml' }, '<svg onload="alert(1)"/>'],
    ['a polyglot', { name: 'x.gif\r\n.html', type: 'image/gif' }, 'GIF89a/*<script>*/=1//'],
    ['a page that says it is a text', { name: 'x.txt', type: 'text/plain' }, '<!doctype html><script>'],
  ])('%s is saved and never runs as a page of the API', async (_what, file, content) => {
    const { ada, groupId } = await pair();
    const id = await upload(ada, file, content);
    const { attachments } = await ada.send({ message_group_uuid: groupId, attachments: [id] });
    const response = await download(ada, attachments[0]?.url ?? '');
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-disposition': expect.stringMatching(/^attachment; filename=/),
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'content-type': expect.not.stringMatching(/html|svg|xml|script/),
    });
    expect(await response.text()).toBe(content);
  });
});
