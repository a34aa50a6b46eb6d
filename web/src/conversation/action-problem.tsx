import { CloseIcon } from '../ui/icons.tsx';
import { Problem } from '../ui/problem.tsx';

/** Why the last action on a message failed. */
export function ActionProblem({ error, onClose }: { readonly error: unknown; readonly onClose: () => void }) {
  return (
    <div className="action-problem" data-empty={error === undefined}>
      <Problem error={error} />
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={onClose}>
        <CloseIcon />
      </button>
    </div>
  );
}
