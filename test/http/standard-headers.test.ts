import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import cors from 'cors';
import helmet from 'helmet';
import { standardHeaders } from '../../backend/http/standard-headers.ts';

/* The headers are made once for each origin: they must be those that the libraries set for each request. */

function exchange(origin?: string): [IncomingMessage, ServerResponse] {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, origin !== undefined && { origin });
  return [request, new ServerResponse(request)];
}

const ORIGINS = [
  undefined,
  'http://localhost:3000',
  'https://app.test',
  'https://evil.test',
  'null',
  '*',
  '',
];

describe.each([
  ['two origins', ['http://localhost:3000', 'https://app.test']],
  ['any origin', ['*']],
  ['any origin, and one by its name', ['https://app.test', '*']],
  ['no origin', []],
])('with %s allowed', (_, allowed) => {
  it.each(ORIGINS)('a response to a page of %s has the headers of helmet and of cors', (origin) => {
    const [request, response] = exchange(origin);
    standardHeaders(allowed).set(request, response);

    const [sameRequest, expected] = exchange(origin);
    helmet()(sameRequest, expected, () => undefined);
    const exposedHeaders = String(response.getHeader('Access-Control-Expose-Headers')).split(',');
    const options = { origin: allowed.includes('*') ? '*' : [...allowed], exposedHeaders };
    cors(options)(sameRequest, expected, () => undefined);
    expected.setHeader('Cache-Control', 'no-store');
    expect({ ...response.getHeaders() }).toEqual({ ...expected.getHeaders() });
  });
});
