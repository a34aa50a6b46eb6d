import { useState } from 'react';
import { ApiError } from '../../../client/src/index.ts';
import { wordsFor } from '../api/wording.ts';
import { useReachable } from './use-reachable.ts';

/** The error of the user's last action. The element exists before it has a text, so that screen readers announce the text. */
export function Problem({ error }: { readonly error: unknown }) {
  const [outdated, setOutdated] = useState<unknown>();
  // A connection error is outdated now. Others stay until the next attempt.
  useReachable(() => setOutdated(error instanceof ApiError && error.status === 0 ? error : undefined));
  return (
    <p className="problem" role="alert">
      {error === undefined || error === null || error === outdated ? '' : wordsFor(error)}
    </p>
  );
}
