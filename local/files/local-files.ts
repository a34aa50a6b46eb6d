import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import * as contentDisposition from 'content-disposition';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import * as z from 'zod';
import {
  BadRequestError,
  FilesUnavailableError,
  ForbiddenError,
  NotFoundError,
} from '../../backend/errors.ts';
import { codeOf } from '../../cli/user-error.ts';
import { FILES_PATH, type LocalFileStore } from './local-file-store.ts';

const signed = { key: z.string(), type: z.string(), expiresAt: z.iso.datetime({ precision: 3 }) };
const uploadPolicy = z.object({ ...signed, size: z.int() });
const downloadPolicy = z.object({ ...signed, name: z.string() });

/** Nothing of an uploaded page runs, loads or is shown in a frame, and it has an origin of its own. */
const SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'";
const NO_CONTENT = 204;
/** Of the form's fields, in bytes. */
const MAX_FIELD_BYTES = 4_096;
const MAX_FIELDS = 10;

/**
 * Serves the files of a local run, as S3 does: uploads by signed forms, downloads by signed URLs. Both need no token: the
 * signature is the permission. They are no part of the API.
 */
export function localFiles(store: LocalFileStore): Router {
  const router = Router();
  router.post(FILES_PATH, receive(store));
  router.get(FILES_PATH, send(store));
  return router;
}

function receive(store: LocalFileStore): RequestHandler {
  return async (request, response) => {
    try {
      await receiveForm(store, request);
    } finally {
      // What is left of a refused form is read and dropped: otherwise the client could not read the response.
      request.unpipe().resume();
    }
    response.status(NO_CONTENT).end();
  };
}

/**
 * Receives a form: its fields, then the file. The file goes to the disk as it arrives, and gets its key when it is complete
 * and has the signed size. The disk may be full, the client may go away: then nothing is left.
 */
async function receiveForm(store: LocalFileStore, request: Request): Promise<void> {
  const { 'content-type': contentType = '' } = request.headers;
  if (!/^multipart\/form-data;/i.test(contentType)) throw refused();
  const form = new Busboy({
    headers: { ...request.headers, 'content-type': contentType },
    limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, files: 1 },
    isPartAFile: (name) => name === 'file',
  });
  const fields = new Map<string, string>();
  form.on('field', (name, value) => void fields.set(name, value));
  const stored = new Promise<void>((resolve, reject) => {
    let file: BusboyFileStream | undefined;
    form.on('file', (_name, received) => {
      file = received;
      storeFile(store, fields, received).then(resolve, reject);
    });
    // The file may still be on its way to the disk by then.
    form.on('finish', () => file ?? reject(refused()));
    form.on('error', () => reject(refused()));
    const giveUp = (reason: Error): void => {
      file?.destroy();
      reject(reason);
    };
    request.once('failure', giveUp);
    request.once('error', giveUp);
  });
  request.pipe(form);
  await stored;
}

async function storeFile(
  store: LocalFileStore,
  fields: ReadonlyMap<string, string>,
  file: BusboyFileStream,
): Promise<void> {
  const path = store.newPartialPath();
  try {
    const { success, data } = uploadPolicy.safeParse(
      store.verify(fields.get('policy') ?? '', fields.get('signature') ?? ''),
    );
    if (!success || hasExpired(data.expiresAt)) throw refused();
    if (fields.get('key') !== data.key || fields.get('Content-Type') !== data.type) throw refused();
    await pipeline(
      file,
      exactly(data.size),
      createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
    );
    await store.keep(path, data.key);
  } catch (error) {
    file.resume();
    await rm(path, { force: true });
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT')
      throw new FilesUnavailableError({ cause: error });
    throw error;
  }
}

/** Passes exactly this many bytes on, and fails otherwise: as soon as there are more. */
function exactly(size: number): Transform {
  let bytes = 0;
  const wrong = () => new BadRequestError([{ code: 'upload_size_invalid', field: 'file' }]);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > size) done(wrong());
      else done(null, chunk);
    },
    flush(done) {
      done(bytes === size ? null : wrong());
    },
  });
}

function send(store: LocalFileStore): RequestHandler {
  return async ({ query }, response, next) => {
    const { policy, signature } = query;
    const isSigned = typeof policy === 'string' && typeof signature === 'string';
    const { success, data } = downloadPolicy.safeParse(
      isSigned ? store.verify(policy, signature) : undefined,
    );
    if (!success || hasExpired(data.expiresAt)) throw refused();
    const path = store.pathOf(data.key);
    setHeaders(response, data);
    await new Promise<void>((resolve) => {
      response.sendFile(basename(path), { root: dirname(path), cacheControl: false }, (error?: Error) => {
        resolve();
        if (error === undefined || response.headersSent) return;
        next(codeOf(error) === 'ENOENT' ? new NotFoundError() : error);
      });
    });
  };
}

function setHeaders(response: Response, { name, type }: z.output<typeof downloadPolicy>): void {
  response.set({
    'Content-Type': type,
    'Content-Disposition': contentDisposition.create(name),
    'Content-Security-Policy': SANDBOX,
    'X-Content-Type-Options': 'nosniff',
    // Pages of the allowed origins show pictures, as they could from S3.
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Cache-Control': 'private, no-store',
  });
}

const hasExpired = (at: string): boolean => Date.parse(at) <= Date.now();

const refused = () => new ForbiddenError('signature_invalid');
