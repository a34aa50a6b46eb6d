import type { ServerResponse } from 'node:http';
import { renderJson } from '../json-text.ts';

/**
 * Sends a value as JSON, with the status that is set. For a HEAD request Node sends the headers alone.
 *
 * `response.json` of Express sends the same; it costs several times as much as the serialization of a small value, because
 * it finds out the media type, the charset, and whether the client has the response already.
 */
export function sendJson(
  response: ServerResponse,
  value: unknown,
  mediaType = 'application/json; charset=utf-8',
): void {
  const text = renderJson(value);
  response.setHeader('Content-Type', mediaType);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
