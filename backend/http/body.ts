import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { AppError, BadRequestError, BodyTooLargeError, MediaTypeError } from '../errors.ts';

const MAX_BODY = '64kb';

const parseJson = express.json({
  limit: MAX_BODY,
  // A number or a text is JSON: it is for the body's schema to refuse.
  strict: false,
  verify: (_request, _response, body, charset) => {
    // The parser knows others whose names begin alike: UTF-7, UTF-16.
    if (charset !== 'utf-8') throw new MediaTypeError();
    // The parser would put U+FFFD for what is not UTF-8, and so change somebody's text unseen.
    if (!isUtf8(body)) throw new BadRequestError([{ code: 'json_invalid' }], 'The body is not UTF-8.');
  },
});

/**
 * Reads a request's JSON body; undefined when there is none at all, which is left to the body's schema.
 * It is read only when a route asks: nobody has anything parsed before they were let in.
 * @throws BadRequestError for what is not JSON, BodyTooLargeError over 64 KB, MediaTypeError for another media type.
 */
export async function readJson<Params>(request: Request<Params>, response: Response): Promise<unknown> {
  // `null` says that there is no body.
  if (request.is('application/json') === false) throw new MediaTypeError();
  if (request.failure) throw request.failure;
  await new Promise<void>((resolve, reject) => {
    // The parser waits for the rest of a body that the server cannot read any more.
    request.once('failure', reject);
    parseJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyError(error));
    });
  });
  return request.body;
}

/** What was found out here, or what the parser found: it names that in `type`. */
function bodyError(error: unknown): Error {
  if (error instanceof AppError) return error;
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.parse.failed':
      return new BadRequestError([{ code: 'json_invalid' }], 'The body is not JSON.');
    case 'entity.too.large':
      return new BodyTooLargeError({ cause: error });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new MediaTypeError({ cause: error });
    default:
      return error instanceof Error ? error : new Error('the body cannot be read', { cause: error });
  }
}
