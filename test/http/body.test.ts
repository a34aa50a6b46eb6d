import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { readJson } from '../../backend/http/body.ts';

/** A request whose body has begun, and its response. */
function begun(headers: Record<string, string>): { request: Request; response: Response } {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  const response = new ServerResponse(request);
  return { request: request as Request, response: response as Response };
}

const HEADERS = { 'content-type': 'application/json', 'content-length': '10' };

describe.each([
  ['plain', HEADERS],
  ['compressed', { ...HEADERS, 'content-encoding': 'gzip' }],
])('a %s body', (_, headers) => {
  it('whose client disconnected before it is read is an error, and not awaited', async () => {
    const { request, response } = begun(headers);
    request.destroy();
    await expect(readJson(request, response)).rejects.toMatchObject({ status: 400 });
  });

  it('whose client disconnects while it is read is an error', async () => {
    const { request, response } = begun(headers);
    const reading = readJson(request, response);
    request.push('{"a');
    request.destroy(new Error('aborted'));
    await expect(reading).rejects.toMatchObject({ status: 400 });
  });
});

it('A body in several parts is read as one, also where a character is divided.', async () => {
  const { request, response } = begun(HEADERS);
  const reading = readJson(request, response);
  const bytes = Buffer.from('{"a":"é"}');
  for (const byte of bytes) request.push(Buffer.of(byte));
  request.push(null);
  expect(await reading).toEqual({ a: 'é' });
});

it('A body begins with a byte order mark or without one.', async () => {
  const { request, response } = begun(HEADERS);
  request.push('\ufeff{"a":1}');
  request.push(null);
  expect(await readJson(request, response)).toEqual({ a: 1 });
});
