import { explainFailure } from '../explain-failure.ts';
import type { Subject } from './subject.ts';

/**
 * `warns`: it holds, but should be changed.
 * `absent`: there is nothing to check, because the engine does not have the feature; this is not a failure.
 * `not_checked`: a check that it needs failed.
 */
export type Result = 'holds' | 'warns' | 'fails' | 'absent' | 'not_checked';

/** The outcome of a check. */
export interface Finding {
  readonly result: Result;
  /** One line: what was found, and after a failure or a warning also what to do about it. */
  readonly text: string;
}

/** A check, which is one line of the report. */
export interface Check {
  readonly name: string;
  /** Names of the earlier checks that it needs. A check that does not need a failed one still runs. */
  readonly needs: readonly string[];
  /** A thrown error counts as a failure, and is explained as in every script. */
  run(subject: Subject): Promise<Finding>;
}

/** The name of a check with its outcome. */
export interface CheckReport extends Finding {
  readonly check: string;
}

export const holds = (text: string): Finding => ({ result: 'holds', text });
export const warns = (text: string): Finding => ({ result: 'warns', text });
export const fails = (text: string): Finding => ({ result: 'fails', text });
export const absent = (text: string): Finding => ({ result: 'absent', text });
export const notChecked = (text: string): Finding => ({ result: 'not_checked', text });

/** Runs the checks one after the other, and yields each outcome at once. */
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

/** Whether a check found nothing wrong. */
export function isFine({ result }: Finding): boolean {
  return result === 'holds' || result === 'warns' || result === 'absent';
}

async function examine(check: Check, subject: Subject): Promise<Finding> {
  try {
    return await check.run(subject);
  } catch (error) {
    return fails(explainFailure(error, subject.target));
  }
}
