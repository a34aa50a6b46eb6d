import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { MIMEType } from 'node:util';
import express, { type Request, type Response } from 'express';
import { BadRequestError, BodyTooLargeError, MediaTypeError } from '../errors.ts';
import { JsonText, sourceOf } from '../json-text.ts';

const MAX_BODY_BYTES = 64 * 1_024;

/** The content types that clients send. All others are parsed. */
const USUAL_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/** Reads a compressed body. This file checks the media type and decodes. */
const readCompressed = express.raw({ limit: MAX_BODY_BYTES, type: () => true });

/** Strict: a lenient decoder would replace invalid UTF-8 by U+FFFD, which silently changes a user's text. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a request's JSON body; undefined when there is none, which the body's schema handles.
 * A route reads it after authentication, so nothing is parsed for an unauthenticated client.
 * @throws BadRequestError for invalid JSON, BodyTooLargeError over 64 KB, MediaTypeError for another media type.
 */
export async function readJson<Params>(request: Request<Params>, response: Response): Promise<unknown> {
  const { headers } = request;
  // One of no length needs no media type: browsers and curl send none with it.
  if (!hasBody(headers) || headers['content-length'] === '0') return undefined;
  if (!isJson(headers['content-type'])) throw new MediaTypeError();
  // While the request waited, its body became unreadable or its client disconnected. No event reports that again.
  if (request.failure) throw request.failure;
  if (request.destroyed) throw disconnected();
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    request.once('failure', reject);
    if (headers['content-encoding'] === undefined) readPlain(request, resolve, reject);
    else {
      readCompressed(request, response, (error?: unknown) => {
        if (error === undefined) resolve(request.body as Buffer);
        else reject(bodyError(error));
      });
    }
  });
  return parseJson(bytes);
}

/** Whether a request has a body, even an empty one (RFC 9112, section 6). */
function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/**
 * Collects the bytes of a body. One that is too large is read to its end, but not kept: a client reads the response only
 * after it has sent everything.
 */
function readPlain(
  request: IncomingMessage,
  resolve: (bytes: Buffer) => void,
  reject: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  request.once('end', () => {
    if (length > MAX_BODY_BYTES) reject(new BodyTooLargeError());
    else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  });
  request.once('error', () => reject(disconnected()));
}

/** No client reads this response: it is for the log. */
function disconnected(): BadRequestError {
  return new BadRequestError([{ code: 'request_malformed' }], 'The client disconnected.');
}

/** Whether a content type is JSON and declares UTF-8 by any of its names (`utf8`, in quotes, in capitals …), or no charset. */
function isJson(contentType = ''): boolean {
  if (USUAL_TYPE.test(contentType)) return true;
  try {
    const { essence, params } = new MIMEType(contentType);
    const charset = params.get('charset')?.replaceAll("'", '') ?? 'utf-8';
    return essence === 'application/json' && new TextDecoder(charset).encoding === 'utf-8';
  } catch {
    return false;
  }
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    const text = utf8.decode(bytes);
    return withOwnData(JSON.parse(text), text);
  } catch (error) {
    const what = error instanceof SyntaxError ? 'JSON' : 'UTF-8';
    throw new BadRequestError([{ code: 'json_invalid' }], `The body is not ${what}.`);
  }
}

/** The member of a body whose object is passed on as the client wrote it. */
const OWN_DATA = 'data';

/** A body with its own data as a JsonText. What is no object is left for the schema to reject. */
function withOwnData(body: unknown, text: string): unknown {
  if (!isObject(body) || !Object.hasOwn(body, OWN_DATA) || !isObject(body[OWN_DATA])) return body;
  return { ...body, [OWN_DATA]: new JsonText(sourceOf(text, OWN_DATA) ?? '') };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
