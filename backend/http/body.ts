import { isUtf8 } from 'node:buffer';
import { MIMEType } from 'node:util';
import express, { type Request, type Response } from 'express';
import { BadRequestError, BodyTooLargeError, MediaTypeError } from '../errors.ts';

const MAX_BODY = '64kb';

/** Reads the bytes alone: this file checks the media type and decodes. */
const readBytes = express.raw({ limit: MAX_BODY, type: () => true });

/**
 * Reads a request's JSON body; undefined when there is none, which the body's schema handles.
 * A route reads it after authentication, so nothing is parsed for an unauthenticated client.
 * @throws BadRequestError for invalid JSON, BodyTooLargeError over 64 KB, MediaTypeError for another media type.
 */
export async function readJson<Params>(request: Request<Params>, response: Response): Promise<unknown> {
  // `null` means that there is no body. One of no length needs no media type: browsers and curl send none with it.
  const type = request.is('application/json');
  if (type === null || request.headers['content-length'] === '0') return undefined;
  if (type === false || !isDeclaredUtf8(request.headers['content-type'])) throw new MediaTypeError();
  if (request.failure) throw request.failure;
  await new Promise<void>((resolve, reject) => {
    // Without this the parser would wait for the rest of a body that the server can no longer read.
    request.once('failure', reject);
    readBytes(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyError(error));
    });
  });
  return parseJson(request.body);
}

/** Whether a content type declares UTF-8 by any of its names (`utf8`, in quotes, in capitals …), or no charset. */
function isDeclaredUtf8(contentType = ''): boolean {
  try {
    const charset = new MIMEType(contentType).params.get('charset')?.replaceAll("'", '') ?? 'utf-8';
    return new TextDecoder(charset).encoding === 'utf-8';
  } catch {
    return false;
  }
}

function parseJson(bytes: unknown): unknown {
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined;
  // The decoder would replace invalid UTF-8 by U+FFFD, which silently changes a user's text.
  if (!isUtf8(bytes)) throw new BadRequestError([{ code: 'json_invalid' }], 'The body is not UTF-8.');
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BadRequestError([{ code: 'json_invalid' }], 'The body is not JSON.');
  }
}

/** Maps an error of the parser, which `type` identifies. */
function bodyError(error: unknown): Error {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return new BodyTooLargeError({ cause: error });
    case 'encoding.unsupported':
      return new MediaTypeError({ cause: error });
    default:
      return error instanceof Error ? error : new Error('the body cannot be read', { cause: error });
  }
}
