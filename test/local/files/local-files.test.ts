import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import { answerErrors } from '../../../backend/http/error-mapper.ts';
import { type RunningServer, startServer } from '../../../backend/http/server.ts';
import { uploadKey } from '../../../backend/files/file-store.ts';
import { LocalFileStore } from '../../../local/files/local-file-store.ts';
import { localFiles } from '../../../local/files/local-files.ts';
import { newId } from '../../../backend/sources.ts';
import { eventually } from '../../support/eventually.ts';
import { openTestFiles, putUpload, type TestFiles } from '../../support/files.ts';
import { postForm } from '../../support/uploads.ts';

/* The store of files of a local run: the semantics of S3's signed requests, and its files on the disk. */

let files: TestFiles;
let store: LocalFileStore;
let server: RunningServer;

beforeAll(async () => {
  files = await openTestFiles();
  ({ store } = files);
  server = await startServer(express().use(localFiles(store)).use(answerErrors), 0);
});
afterAll(async () => {
  await server.stop();
  await files.close();
});

const soon = () => new Date(Date.now() + 60_000);

async function signed(size: number, { type = 'a/b', expiresAt = soon() } = {}) {
  const key = uploadKey(newId());
  return { key, upload: await store.signUpload({ key, type, size, expiresAt }) };
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of store.list('uploads/')) found.push(...page.map(({ key }) => key));
  return found;
}

const partials = () => readdir(join(files.directory, 'files', 'partial'));

async function downloaded(key: string): Promise<Response> {
  const url = await store.signDownload({ key, name: 'x', type: 'a/b', expiresInS: 60 });
  return fetch(new URL(url, `http://127.0.0.1:${server.port}`));
}

describe('a signed upload', () => {
  it('stores exactly its size, at its key', async () => {
    const { key, upload } = await signed(5);
    expect((await postForm(server.port, { upload }, new Blob(['12345']))).status).toBe(204);
    expect(await (await downloaded(key)).text()).toBe('12345');
  });

  it.each([
    ['less', '1234'],
    ['more', '123456'],
    ['nothing', ''],
  ])('stores nothing of a file that has %s', async (_what, content) => {
    const { key, upload } = await signed(5);
    expect((await postForm(server.port, { upload }, new Blob([content]))).status).toBe(400);
    expect(await keys()).not.toContain(key);
    expect(await partials()).toEqual([]);
  });

  it.each([
    ['another key', { key: uploadKey(newId()) }],
    ['another type', { 'Content-Type': 'text/html' }],
    ['another policy', { policy: Buffer.from('{}').toString('base64url') }],
    ['another signature', { signature: 'x' }],
    ['a path as its key', { key: '../../secret' }],
  ])('is refused with %s', async (_what, change) => {
    const { key, upload } = await signed(5);
    const fields = { ...upload.fields, ...change };
    expect((await postForm(server.port, { upload }, new Blob(['12345']), fields)).status).toBe(403);
    expect(await keys()).not.toContain(key);
  });

  it('is refused when it has expired, without its fields, and as another form', async () => {
    const late = await signed(5, { expiresAt: new Date(Date.now() - 1) });
    expect((await postForm(server.port, late, new Blob(['12345']))).status).toBe(403);
    const { upload } = await signed(5);
    expect((await postForm(server.port, { upload }, new Blob(['12345']), {})).status).toBe(403);
    const url = `http://127.0.0.1:${server.port}${upload.url}`;
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams(upload.fields) })).status).toBe(403);
  });

  it('leaves nothing when the client goes away', async () => {
    const { key, upload } = await signed(1_000_000);
    const socket = connect(server.port, '127.0.0.1');
    const fields = Object.entries(upload.fields).map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = `POST ${upload.url} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 2000000\r\n\r\n`;
    const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
    socket.write(head + fields.join('') + file + 'x'.repeat(10_000));
    await eventually(async () => expect(await partials()).toHaveLength(1));
    socket.destroy();
    await eventually(async () => expect(await partials()).toEqual([]));
    expect(await keys()).not.toContain(key);
  });

  it('of 100 MB passes through without being held in memory', async () => {
    const size = 100 * 1_048_576;
    const { key, upload } = await signed(size);
    const chunk = Buffer.alloc(1_048_576, 'x');
    const before = process.memoryUsage().arrayBuffers;
    let highest = 0;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const fields = Object.entries(upload.fields)
        .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('');
      const outgoing = request(
        {
          port: server.port,
          method: 'POST',
          path: upload.url,
          headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
        },
        (incoming) => {
          incoming.resume().on('end', () => resolve(incoming.statusCode));
        },
      ).on('error', reject);
      outgoing.write(`${fields}--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n`);
      let sent = 0;
      const next = (): void => {
        highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
        if (sent === 100) outgoing.end('\r\n--b--\r\n');
        else {
          sent += 1;
          outgoing.write(chunk, next);
        }
      };
      next();
    });
    expect(status).toBe(204);
    expect(highest).toBeLessThan(60 * 1_048_576);
    const sum = createHash('sha256');
    const { body } = await downloaded(key);
    for await (const part of body ?? []) sum.update(part as Uint8Array);
    const expected = createHash('sha256');
    for (let part = 0; part < 100; part += 1) expected.update(chunk);
    expect(sum.digest('hex')).toBe(expected.digest('hex'));
  });

  it('is refused as temporary where the disk is full, and leaves nothing', async () => {
    const { key, upload } = await signed(5);
    jest.spyOn(store, 'keep').mockRejectedValueOnce(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    const response = await postForm(server.port, { upload }, new Blob(['12345']));
    expect([response.status, await response.json()]).toEqual([503, ['files_unavailable']]);
    expect(await partials()).toEqual([]);
    expect(await keys()).not.toContain(key);
  });
});

describe('a signed download', () => {
  it('is refused when it was changed, or has expired', async () => {
    const id = newId();
    await putUpload(store, id, 'x');
    const url = await store.signDownload({ key: uploadKey(id), name: 'x', type: 'a/b', expiresInS: 60 });
    const at = (target: string) => fetch(new URL(target, `http://127.0.0.1:${server.port}`));
    expect((await at(url)).status).toBe(200);
    expect((await at(url.slice(0, -2))).status).toBe(403);
    expect((await at('/local-files')).status).toBe(403);
    expect((await at('/local-files?policy=a&policy=b&signature=c')).status).toBe(403);
    const late = await store.signDownload({ key: uploadKey(id), name: 'x', type: 'a/b', expiresInS: 0 });
    expect((await at(late)).status).toBe(403);
    await store.delete([uploadKey(id)]);
    expect((await at(url)).status).toBe(404);
  });

  it('serves a part of a file', async () => {
    const id = newId();
    await putUpload(store, id, '0123456789');
    const url = await store.signDownload({ key: uploadKey(id), name: 'x', type: 'a/b', expiresInS: 60 });
    const response = await fetch(new URL(url, `http://127.0.0.1:${server.port}`), {
      headers: { Range: 'bytes=2-4' },
    });
    expect([response.status, await response.text()]).toEqual([206, '234']);
  });
});

describe('the store', () => {
  it('keeps what was copied when the upload is repeated with another content', async () => {
    const [id, attempt] = [newId(), newId()];
    await putUpload(store, id, 'sent');
    const to = `files/${id}/${attempt}`;
    expect(await store.copy(uploadKey(id), to)).toBe(true);
    await putUpload(store, id, 'swapped');
    expect(await (await downloaded(to)).text()).toBe('sent');
    expect(await store.copy(uploadKey(newId()), `files/${newId()}/${attempt}`)).toBe(false);
  });

  it.each(['../secret', 'uploads/../secret', 'uploads/x', 'files/x', '/etc/passwd', 'uploads/\u0000'])(
    'has no object at %j',
    (key) => {
      expect(() => store.pathOf(key)).toThrow(TypeError);
    },
  );

  it('deletes old uploads and unfinished ones when it is opened, and keeps its secret', async () => {
    const own = await openTestFiles();
    const [id, sent] = [newId(), newId()];
    await putUpload(own.store, id, 'x');
    await own.store.copy(uploadKey(id), `files/${id}/${sent}`);
    await writeFile(own.store.newPartialPath(), 'left by a crash');
    const later = new Date(Date.now() + 3 * 86_400_000);
    const reopened = await LocalFileStore.open(own.directory, later);
    const found: string[] = [];
    for await (const page of reopened.list('')) found.push(...page.map(({ key }) => key));
    expect(found).toEqual([`files/${id}/${sent}`]);
    const { fields } = await own.store.signUpload({ key: 'k', type: 'a/b', size: 1, expiresAt: soon() });
    expect(reopened.verify(fields['policy'] ?? '', fields['signature'] ?? '')).toMatchObject({ key: 'k' });
    await own.close();
  });
});
