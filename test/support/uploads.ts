import { ok, type Caller } from './caller.ts';

/** The response to `POST /api/attachments`, as far as tests use it. */
export interface UploadAnswer {
  readonly id: string;
  readonly name: string;
  readonly upload: { readonly url: string; readonly fields: Readonly<Record<string, string>> };
}

/** Begins an upload over HTTP. */
export async function beginUpload(
  caller: Caller,
  file: Readonly<Record<string, unknown>>,
): Promise<UploadAnswer> {
  return ok(await caller.post('/api/attachments', file)) as UploadAnswer;
}

/** Sends the form of an upload, as a browser does. */
export async function postForm(
  port: number,
  { upload }: Pick<UploadAnswer, 'upload'>,
  content: Blob,
  fields: Readonly<Record<string, string>> = upload.fields,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', content, 'blob');
  return fetch(new URL(upload.url, `http://127.0.0.1:${port}`), { method: 'POST', body: form });
}
