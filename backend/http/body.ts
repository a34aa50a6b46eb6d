import { isUtf8 } from 'node:buffer';
import { MIMEType } from 'node:util';
import express, { type Request, type Response } from 'express';
import { BadRequestError, BodyTooLargeError, MediaTypeError } from '../errors.ts';

const MAX_BODY = '64kb';

/** Reads bytes: what type they have to be of, and how they are decoded, is decided here and not by the parser. */
const readBytes = express.raw({ limit: MAX_BODY, type: () => true });

/**
 * Reads a request's JSON body; undefined when there is none at all, which is left to the body's schema.
 * It is read only when a route asks: nobody has anything parsed before they were let in.
 * @throws BadRequestError for what is not JSON, BodyTooLargeError over 64 KB, MediaTypeError for another media type.
 */
export async function readJson<Params>(request: Request<Params>, response: Response): Promise<unknown> {
  // `null` says that there is no body.
  const type = request.is('application/json');
  if (type === null) return undefined;
  if (type === false || !isDeclaredUtf8(request.headers['content-type'])) throw new MediaTypeError();
  if (request.failure) throw request.failure;
  await new Promise<void>((resolve, reject) => {
    // The parser waits for the rest of a body that the server cannot read any more.
    request.once('failure', reject);
    readBytes(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyError(error));
    });
  });
  return parseJson(request.body);
}

/** Whether a content type says UTF-8 by any of its names (`utf8`, in quotes, in capitals …), or names no charset. */
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
  // The decoder would put U+FFFD for what is not UTF-8, and so change somebody's text unseen.
  if (!isUtf8(bytes)) throw new BadRequestError([{ code: 'json_invalid' }], 'The body is not UTF-8.');
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BadRequestError([{ code: 'json_invalid' }], 'The body is not JSON.');
  }
}

/** What the parser found: it names that in `type`. */
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
