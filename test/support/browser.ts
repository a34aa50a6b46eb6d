import type { Answer } from './http-client.ts';
import { exchangeAsDescribed } from './openapi.ts';

/** The arguments of a page's `fetch`. */
export interface PageRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A page of an origin in a browser, which follows the CORS protocol of the Fetch standard. */
export interface Page {
  /** @throws TypeError like a browser's `fetch`: the page may not send the request, or not read the response. */
  fetch(request: PageRequest): Promise<Answer>;
  /** The preflights that were sent, and the methods and headers that they requested. */
  readonly preflights: readonly string[];
}

const SIMPLE_METHODS = ['GET', 'HEAD', 'POST'];
const SIMPLE_HEADERS = ['accept', 'accept-language', 'content-language'];
const SIMPLE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** The headers that browsers send by themselves. */
const BROWSER_HEADERS = {
  Accept: '*/*',
  'Accept-Encoding': 'gzip, deflate, br',
  'Accept-Language': 'en',
  'Sec-Fetch-Mode': 'cors',
  'User-Agent': 'Mozilla/5.0',
};

/** Opens a page of an origin, which calls an API of another origin on this machine. */
export function openPage(origin: string, port: number): Page {
  const preflights: string[] = [];
  const send = (request: PageRequest) =>
    exchangeAsDescribed(port, {
      ...request,
      headers: { ...BROWSER_HEADERS, Origin: origin, Referer: `${origin}/`, ...request.headers },
    });
  const preflight = async (method: string, path: string, unsafe: readonly string[]) => {
    preflights.push(`${method} ${path}: ${unsafe.join(',')}`);
    const answer = await send({
      method: 'OPTIONS',
      path,
      headers: {
        'Access-Control-Request-Method': method,
        ...(unsafe.length > 0 && { 'Access-Control-Request-Headers': unsafe.join(',') }),
      },
    });
    if (answer.status < 200 || answer.status > 299) throw new TypeError(`preflight: ${answer.status}`);
    mayBeSeen(answer, origin);
    const methods = namesIn(answer.headers['access-control-allow-methods']);
    if (!SIMPLE_METHODS.includes(method) && !methods.includes(method.toLowerCase()))
      throw new TypeError(`method ${method} is not allowed`);
    const allowed = namesIn(answer.headers['access-control-allow-headers']);
    // A `*` is not enough: it never covers Authorization.
    const refused = unsafe.filter((name) => !allowed.includes(name));
    if (refused.length > 0) throw new TypeError(`headers ${refused.join(', ')} are not allowed`);
  };
  return {
    preflights,
    fetch: async (request) => {
      const unsafe = unsafeHeaders(request.headers ?? {});
      if (unsafe.length > 0 || !SIMPLE_METHODS.includes(request.method)) {
        await preflight(request.method, request.path, unsafe);
      }
      const answer = await send(request);
      mayBeSeen(answer, origin);
      return answer;
    },
  };
}

function unsafeHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .map(([name, value]) => ({ name: name.toLowerCase(), value }))
    .filter(({ name, value }) =>
      name === 'content-type' ? !SIMPLE_CONTENT_TYPES.includes(value) : !SIMPLE_HEADERS.includes(name),
    )
    .map(({ name }) => name)
    .sort();
}

function mayBeSeen({ headers }: Answer, origin: string): void {
  const allowed = headers['access-control-allow-origin'];
  if (allowed !== '*' && allowed !== origin) throw new TypeError(`origin ${origin} is not allowed`);
}

function namesIn(header: string | undefined): string[] {
  return (header ?? '').split(',').map((name) => name.trim().toLowerCase());
}
