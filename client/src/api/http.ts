import { ApiError } from './api-error.ts';
import type { AuthorizedFetch } from './authorized-fetch.ts';
import type { paths } from './schema.ts';

/*
 * The calls of the API, typed by its OpenAPI document: a path, its parameters, its body and its response belong together.
 * Of all clients for such types, this one is small enough for the package's budget.
 */

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** The paths that have a method. */
export type PathsWith<Of extends Method> = {
  [Path in keyof paths]: paths[Path][Of] extends { readonly responses: unknown } ? Path : never;
}[keyof paths];

type JsonOf<Content> = Content extends { readonly content: { readonly 'application/json': infer Json } }
  ? Json
  : undefined;

/** What the API returns: in the case of success. */
type DataOf<Operation> = Operation extends { readonly responses: infer Responses }
  ? [keyof Responses & (200 | 201)] extends [never]
    ? undefined
    : JsonOf<Responses[keyof Responses & (200 | 201)]>
  : never;

type ParametersOf<Operation> = Operation extends { readonly parameters: infer Parameters }
  ? Partial<Parameters> extends Parameters
    ? { readonly params?: Parameters }
    : { readonly params: Parameters }
  : never;

type BodyOf<Operation> = Operation extends { readonly requestBody: infer Body }
  ? { readonly body: JsonOf<Body> }
  : Operation extends { readonly requestBody?: infer Body }
    ? { readonly body?: JsonOf<NonNullable<Body>> }
    : never;

/** What a request consists of, apart from its path. */
export type CallOptions<Operation> = ParametersOf<Operation> &
  BodyOf<Operation> & {
    readonly signal?: AbortSignal;
    /** `no-store`: without what browsers and the API have cached. */
    readonly cache?: CacheMode;
  };

/** The mode of a request. */
export type CacheMode = 'default' | 'no-store';

/** A response, and its body. */
export interface Exchange<Data> {
  readonly data: Data;
  readonly response: Response;
}

/** Returns the body of a response. */
export async function answer<Data>(exchange: Promise<Exchange<Data>>): Promise<Data> {
  return (await exchange).data;
}

type Call<Of extends Method> = <Path extends PathsWith<Of>>(
  path: Path,
  ...options: Partial<CallOptions<paths[Path][Of]>> extends CallOptions<paths[Path][Of]>
    ? [options?: CallOptions<paths[Path][Of]>]
    : [options: CallOptions<paths[Path][Of]>]
) => Promise<Exchange<DataOf<paths[Path][Of]>>>;

/** The API's calls by method. @throws ApiError for every response that is no success, and `unreachable` without one. */
export interface Http {
  readonly GET: Call<'get'>;
  readonly PUT: Call<'put'>;
  readonly POST: Call<'post'>;
  readonly PATCH: Call<'patch'>;
  readonly DELETE: Call<'delete'>;
}

/** The same for all calls. */
interface AnyOptions {
  readonly params?: {
    readonly path?: Readonly<Record<string, string | number>>;
    readonly query?: Readonly<Record<string, string | number | undefined>>;
    readonly header?: Readonly<Record<string, string>>;
  };
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly cache?: CacheMode;
}

/** @param parts.baseUrl the API's origin, with a path if it is below one; empty: the page's own. */
export function createHttp(parts: { readonly baseUrl: string; readonly fetch: AuthorizedFetch }): Http {
  const call =
    (method: Uppercase<Method>) =>
    async (path: string, options: unknown = {}): Promise<Exchange<never>> => {
      // The types above hold for each call; what they have in common is not one.
      const { params = {}, body, ...init } = options as AnyOptions;
      const request = new Request(parts.baseUrl + filled(path, params.path) + queryOf(params.query), {
        ...init,
        method,
        headers: { ...params.header, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const response = await parts.fetch(request).catch((error: unknown) => {
        // The request may have been executed.
        throw error instanceof ApiError ? error : new ApiError(0, ['unreachable'], { cause: error });
      });
      return { data: (await bodyOf(response)) as never, response };
    };
  return {
    GET: call('GET'),
    PUT: call('PUT'),
    POST: call('POST'),
    PATCH: call('PATCH'),
    DELETE: call('DELETE'),
  };
}

/** A path with its parameters. */
function filled(path: string, values: Readonly<Record<string, string | number>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function queryOf(query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Reads a response to its end. @throws ApiError for one that is no success, or that breaks off. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw new ApiError(0, ['unreachable'], { cause: error });
  });
  if (!response.ok) throw refusal(response, text);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(response.status, ['internal_error'], { cause: error });
  }
}

function refusal(response: Response, text: string): ApiError {
  const retryAfter = Number(response.headers.get('Retry-After') ?? NaN);
  return new ApiError(response.status, codesIn(text), { ...(Number.isFinite(retryAfter) && { retryAfter }) });
}

/** The codes of an error. A proxy before the API may send errors in another form. */
function codesIn(text: string): readonly [string, ...string[]] {
  try {
    const codes: unknown = JSON.parse(text);
    if (Array.isArray(codes)) {
      const [first, ...more] = codes.filter((code) => typeof code === 'string');
      if (first !== undefined) return [first, ...more];
    }
  } catch {
    // Not JSON.
  }
  return ['internal_error'];
}
