import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import PQueue from 'p-queue';
import { FilesUnavailableError } from '../../backend/errors.ts';
import { uploadKey } from '../../backend/files/file-store.ts';
import { createS3Client, S3FileStore } from '../../backend/files/s3-file-store.ts';
import { newId } from '../../backend/sources.ts';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { beginUpload, postForm } from '../../test/support/uploads.ts';
import { createTestTable, type TestTable } from '../../test/support/test-table.ts';
import { pythonProgram } from './support/python.ts';
import { STAND_IN_CREDENTIALS, STAND_IN_REGION, type StandIn, startStandIn } from './support/stand-in.ts';

/*
 * Files in a bucket, by the official SDK, against a server with S3's API. It checks no signatures and no policies: that S3
 * enforces what a form allows is S3's promise, and here only what the form says is compared.
 */

const describeBucket = pythonProgram('moto_server') === undefined ? describe.skip : describe;
const BUCKET = 'files';

describeBucket('files in a bucket', () => {
  let standIn: StandIn;
  let client: S3Client;
  let store: S3FileStore;
  let db: TestTable;
  let api: TestApi;

  beforeAll(async () => {
    standIn = await startStandIn();
    const config = { bucket: BUCKET, endpoint: standIn.endpoint, region: STAND_IN_REGION };
    client = createS3Client(config, STAND_IN_CREDENTIALS);
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    store = await new S3FileStore(client, BUCKET).open();
    db = await createTestTable();
    api = await startTestApi({ table: db.table, fileStore: store });
  });
  afterAll(async () => {
    await api.stop();
    await db.close();
    client.destroy();
    await standIn.stop();
  });

  async function put(content: string): Promise<string> {
    const id = newId();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: uploadKey(id), Body: content }));
    return id;
  }

  async function keys(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const page of store.list(prefix)) found.push(...page.map(({ key }) => key));
    return found;
  }

  it('are uploaded with a form, sent, downloaded and deleted', async () => {
    const [ada, grace] = [await api.person('ada'), await api.person('grace')];
    const begun = await beginUpload(ada, { name: 'ünï.pdf', type: 'application/pdf', size: 7 });
    expect((await postForm(api.port, begun, new Blob(['content']))).ok).toBe(true);
    const sent = await ada.send({ handle: 'grace', attachments: [begun.id] });
    const [file] = sent.attachments;
    const { status, headers } = await grace.get(file?.url ?? '');
    expect(status).toBe(302);
    const response = await fetch(headers.location ?? '');
    expect(await response.text()).toBe('content');
    const { searchParams, origin } = new URL(headers.location ?? '');
    expect(origin).toBe(store.origin);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      'X-Amz-Expires': '300',
      'response-content-disposition': 'attachment; filename="?n?.pdf"; filename*=UTF-8\'\'%C3%BCn%C3%AF.pdf',
      'response-content-type': 'application/pdf',
    });
    const [object = ''] = await keys(`files/${begun.id}/`);
    await store.delete([object, uploadKey(begun.id)]);
    expect(await keys('')).toEqual([]);
  });

  it('are allowed by a form for one key, one type, one size and some minutes', async () => {
    const key = uploadKey(newId());
    const expiresAt = new Date(Date.now() + 900_000);
    const { fields } = await store.signUpload({ key, type: 'image/png', size: 1_234, expiresAt });
    const policy = JSON.parse(Buffer.from(fields['Policy'] ?? '', 'base64').toString()) as {
      expiration: string;
      conditions: unknown[];
    };
    expect(policy.conditions).toEqual(
      expect.arrayContaining([
        ['content-length-range', 1_234, 1_234],
        ['eq', '$Content-Type', 'image/png'],
        { key },
        { bucket: BUCKET },
      ]),
    );
    expect(Math.abs(Date.parse(policy.expiration) - expiresAt.getTime())).toBeLessThan(5_000);
  });

  it('are copied, and an upload that is not there is none', async () => {
    const id = await put('sent');
    const to = `files/${id}/${newId()}`;
    expect(await store.copy(uploadKey(id), to)).toBe(true);
    expect(await store.copy(uploadKey(newId()), to)).toBe(false);
    expect(await keys(`files/${id}/`)).toEqual([to]);
    await store.delete([to, uploadKey(id), 'files/none']);
    await store.delete([]);
  });

  it('are listed over pages, and deleted in groups of a thousand', async () => {
    const queue = new PQueue({ concurrency: 10 });
    const ids = await queue.addAll(Array.from({ length: 1_010 }, () => () => put('x')));
    expect((await keys('uploads/')).toSorted()).toEqual(ids.map(uploadKey).toSorted());
    await store.delete(ids.map(uploadKey));
    expect(await keys('')).toEqual([]);
  });

  it('are unavailable where the bucket is gone, or the server', async () => {
    await client.send(new DeleteBucketCommand({ Bucket: BUCKET }));
    await expect(store.copy(uploadKey(newId()), 'files/x')).rejects.toBeInstanceOf(FilesUnavailableError);
    await expect(keys('')).rejects.toBeInstanceOf(FilesUnavailableError);
    await expect(store.delete(['files/x'])).rejects.toBeInstanceOf(FilesUnavailableError);
    const nowhere = createS3Client(
      { bucket: BUCKET, endpoint: 'http://127.0.0.1:9', region: STAND_IN_REGION },
      STAND_IN_CREDENTIALS,
    );
    const gone = new S3FileStore(nowhere, BUCKET);
    await expect(gone.copy('uploads/x', 'files/x')).rejects.toBeInstanceOf(FilesUnavailableError);
    nowhere.destroy();
  });
});
