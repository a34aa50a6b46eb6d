import { explainFailure } from '../explain-failure.ts';
import type { Subject } from './subject.ts';

/**
 * `warns`: it holds, and ought to be otherwise all the same.
 * `absent`: there is nothing to check, because the engine does not have it; that is no failure.
 * `not_checked`: what it stands on does not hold.
 */
export type Result = 'holds' | 'warns' | 'fails' | 'absent' | 'not_checked';

/** What a check found. */
export interface Finding {
  readonly result: Result;
  /** One line: what there is; where it fails or warns, what to do about it too. */
  readonly text: string;
}

/** One line of the examination. */
export interface Check {
  readonly name: string;
  /** Names of the checks it stands on, which come before it. Whatever does not depend on a failure is told besides. */
  readonly needs: readonly string[];
  /** A failure that is thrown is explained as every script explains it. */
  run(subject: Subject): Promise<Finding>;
}

/** A check with what it found. */
export interface CheckReport extends Finding {
  readonly check: string;
}

export const holds = (text: string): Finding => ({ result: 'holds', text });
export const warns = (text: string): Finding => ({ result: 'warns', text });
export const fails = (text: string): Finding => ({ result: 'fails', text });
export const absent = (text: string): Finding => ({ result: 'absent', text });
export const notChecked = (text: string): Finding => ({ result: 'not_checked', text });

/** Makes the checks one after the other, and hands on what each found at once. */
export async function* runChecks(
  checks: readonly Check[],
  subject: Subject,
): AsyncGenerator<CheckReport, void> {
  const broken = new Set<string>();
  for (const check of checks) {
    const missing = check.needs.find((name) => broken.has(name));
    const finding =
      missing === undefined ? await examine(check, subject) : notChecked(`not checked: needs ${missing}`);
    if (!isFine(finding)) broken.add(check.name);
    yield { check: check.name, ...finding };
  }
}

/** Whether nothing is wrong, as far as this check goes. */
export function isFine({ result }: Finding): boolean {
  return result === 'holds' || result === 'warns' || result === 'absent';
}

async function examine(check: Check, subject: Subject): Promise<Finding> {
  try {
    return await check.run(subject);
  } catch (error) {
    return fails(explainFailure(error, subject.place));
  }
}
