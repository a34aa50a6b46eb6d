import * as z from 'zod/mini';
import { ApiError } from './api-error.ts';

/** A request of openapi-fetch, and its response. */
interface Exchange<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** Returns the body of a response. @throws ApiError */
export async function answer<Data>(exchange: Promise<Exchange<Data>>): Promise<NonNullable<Data>> {
  return (await settle(exchange)).data;
}

/** Returns the body of a response, with its headers. @throws ApiError */
export async function settle<Data>(exchange: Promise<Exchange<Data>>) {
  const { data, error, response } = await exchange;
  if (!response.ok) throw refusal(response, error);
  if (data === undefined || data === null) throw new ApiError(response.status, ['internal_error']);
  return { data, response };
}

/** Waits for a response without a body. @throws ApiError */
export async function done(exchange: Promise<Exchange<unknown>>): Promise<void> {
  const { error, response } = await exchange;
  if (!response.ok) throw refusal(response, error);
}

/** A proxy before the API may send errors in another form. */
const codes = z.catch(z.tuple([z.string()], z.string()), ['internal_error']);

function refusal(response: Response, body: unknown): ApiError {
  const retryAfter = Number(response.headers.get('Retry-After') ?? NaN);
  return new ApiError(response.status, codes.parse(body), {
    ...(Number.isFinite(retryAfter) && { retryAfter }),
  });
}
