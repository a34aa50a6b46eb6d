import { expect, it } from '@jest/globals';
import * as errors from '../../backend/errors.ts';
import { ApiError } from '../../client/src/api/api-error.ts';
import { wordsFor, wordsForCode } from '../../web/src/api/wording.ts';
import { apiDescription } from '../support/openapi.ts';

/** Their codes are those of their issues, which the OpenAPI document lists by route. */
const WITHOUT_OWN_CODES: readonly unknown[] = [errors.BadRequestError, errors.UnprocessableError];

/** The codes of every error class. A class whose code varies lists its codes in a static property. */
function codesOfClasses(): string[] {
  return Object.values<unknown>(errors)
    .filter((exported) => isConcreteErrorClass(exported) && !WITHOUT_OWN_CODES.includes(exported))
    .flatMap((ErrorClass) => {
      if (!isConcreteErrorClass(ErrorClass)) return [];
      return ErrorClass.codes ?? [new ErrorClass().code];
    });
}

interface ErrorClass {
  new (): errors.AppError;
  readonly codes?: readonly string[];
}

const ABSTRACT: readonly unknown[] = [errors.AppError, errors.TransientError];

function isConcreteErrorClass(exported: unknown): exported is ErrorClass {
  if (typeof exported !== 'function' || ABSTRACT.includes(exported)) return false;
  return exported.prototype instanceof errors.AppError;
}

/** Every code that a response in the OpenAPI document lists. */
function codesInDocument(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = 'code' in part ? enumOf(part.code) : [];
  return [...own, ...Object.values(part).flatMap(codesInDocument)];
}

function enumOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null || !('enum' in schema)) return [];
  return Array.isArray(schema.enum) ? schema.enum.map(String) : [];
}

it('The screens have a sentence for every error code that the API can send', () => {
  const codes = new Set([...codesOfClasses(), ...codesInDocument(apiDescription().document)]);
  expect(codes.size).toBeGreaterThan(50);
  const missing = [...codes].filter((code) => wordsForCode(code).includes(`(${code})`));
  expect(missing).toEqual([]);
});

it('Every failure has a sentence, also an unknown code and what is not an ApiError', () => {
  expect(wordsFor(new ApiError(409, ['handle_taken']))).toBe('This handle is taken.');
  expect(wordsFor(new TypeError('x'))).toBe('Something went wrong. Try again.');
  expect(wordsForCode('odd_code')).toContain('odd_code');
});

it('The sentence for a text that is too long has the limit of the server', () => {
  expect(wordsForCode('message_exceed_max_chars_8192')).toContain('The limit is 8,192 characters.');
  expect(wordsForCode('message_exceed_max_chars_many')).toContain('(message_exceed_max_chars_many)');
});
