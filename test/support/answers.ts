import { expect } from '@jest/globals';
import type { Answer } from './http-client.ts';

/** How a client chooses the form of an error: with the media type, or without. */
export const ERROR_FORMS = [
  { form: 'problem document', accept: 'application/problem+json' },
  { form: 'array of codes', accept: 'application/json' },
] as const;
export type ErrorForm = (typeof ERROR_FORMS)[number];

/** Expected errors: each code with its field, which is absent if the code is about the whole. */
export interface Failure {
  readonly status: number;
  readonly codes: readonly string[];
}

/** Checks that a response is this error, in the requested form and complete. */
export function expectFailure(answer: Answer, { form }: ErrorForm, { status, codes }: Failure): void {
  expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status, codes });
  const type = form === 'problem document' ? 'application/problem+json' : 'application/json';
  expect(answer.headers['content-type']).toMatch(new RegExp(`^${type.replace('+', '\\+')}(;|$)`));
  if (form === 'array of codes') return;
  expect(answer.json()).toMatchObject({
    type: 'about:blank',
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code: codes[0],
    request_id: answer.headers['x-request-id'],
  });
}

/** Returns the codes of an error in either form. */
export function codesOf(answer: Answer): unknown {
  const body = answer.json();
  if (Array.isArray(body)) return body;
  const { errors } = body as { errors?: readonly { code: unknown }[] };
  return errors?.map((error) => error.code);
}

/** Returns a response without its date and its request id, which differ between requests. */
export function comparable({ status, rawHeaders, headers, text }: Answer) {
  const id = headers['x-request-id'];
  const kept = rawHeaders.join('\n').replaceAll(String(id), '<id>').replace(String(headers.date), '<date>');
  return { status, headers: kept, text: text.replaceAll(String(id), '<id>') };
}

/** Checks that a promise rejects with this code. */
export async function expectCode(attempt: Promise<unknown>, code: string): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ code });
}
