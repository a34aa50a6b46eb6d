import { expect } from '@jest/globals';
import type { Answer } from './http-client.ts';

/** How a client asks for a failure's form: by naming the media type, or not. */
export const ERROR_FORMS = [
  { form: 'problem document', accept: 'application/problem+json' },
  { form: 'array of codes', accept: 'application/json' },
] as const;
export type ErrorForm = (typeof ERROR_FORMS)[number];

/** What goes wrong: each code with the field it is about, which is absent when it is about the whole. */
export interface Failure {
  readonly status: number;
  readonly codes: readonly string[];
}

/** Demands that an answer is this failure, in the form that was asked for, and complete in it. */
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

/** The codes of a failure in either form. */
export function codesOf(answer: Answer): unknown {
  const body = answer.json();
  if (Array.isArray(body)) return body;
  const { errors } = body as { errors?: readonly { code: unknown }[] };
  return errors?.map((error) => error.code);
}

/** An answer without what differs from one request to the next: its date and its request's id. */
export function comparable({ status, rawHeaders, headers, text }: Answer) {
  const id = headers['x-request-id'];
  const kept = rawHeaders.join('\n').replaceAll(String(id), '<id>').replace(String(headers.date), '<date>');
  return { status, headers: kept, text: text.replaceAll(String(id), '<id>') };
}

/** Demands that something fails, with this code. */
export async function expectCode(attempt: Promise<unknown>, code: string): Promise<void> {
  await expect(attempt).rejects.toMatchObject({ code });
}
