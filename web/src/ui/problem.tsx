import { wordsFor } from '../api/wording.ts';

/** What went wrong with what one just did. It is there before there is anything to say, so that it is read out. */
export function Problem({ error }: { readonly error: unknown }) {
  return (
    <p className="problem" role="alert">
      {error === undefined || error === null ? '' : wordsFor(error)}
    </p>
  );
}
