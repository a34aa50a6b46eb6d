import { useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { wordsFor } from '../api/wording.ts';
import { useReachable } from './use-reachable.ts';

/** What went wrong with what one just did. It is there before there is anything to say, so that it is read out. */
export function Problem({ error }: { readonly error: unknown }) {
  const [outdated, setOutdated] = useState<unknown>();
  // That there was no connection is not true any more. The rest stays until the next attempt.
  useReachable(() => setOutdated(error instanceof ApiError && error.status === 0 ? error : undefined));
  return (
    <p className="problem" role="alert">
      {error === undefined || error === null || error === outdated ? '' : wordsFor(error)}
    </p>
  );
}
