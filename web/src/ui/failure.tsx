import { wordsFor } from '../api/wording.ts';

/** In place of what could not be fetched. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <main className="failure" role="alert">
      <p>{wordsFor(error)}</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </main>
  );
}
