import { type ComponentType, type ReactNode, Suspense, use } from 'react';
import { createPortal } from 'react-dom';
import { ErrorBoundary } from 'react-error-boundary';
import { codeOf } from '../../../client/src/index.ts';
import { importChunk } from '../api/import-chunk.ts';
import { wordsFor } from '../api/wording.ts';
import { useReachable } from './use-reachable.ts';

interface OnDemandProps {
  readonly onClose: () => void;
  /** Shown until the part is loaded. */
  readonly placeholder?: ReactNode;
}

const loads = new Set<() => Promise<unknown>>();

/** Fetches the code of all parts. A part that fails is fetched again when it is needed. */
export async function fetchParts(): Promise<void> {
  await Promise.allSettled([...loads].map((load) => load()));
}

/**
 * Makes a component of a part that opens above the screens, with its code in a separate chunk. If a part cannot be loaded, or
 * fails, the rest goes on: a note shows the reason, and the part opens when the server is back.
 */
export function onDemand<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): ComponentType<Props & OnDemandProps> {
  loads.add(load);
  let loading: ReturnType<typeof load> | undefined;
  function Loaded(props: Props) {
    loading ??= importChunk(load);
    const { default: Part } = use(loading);
    return <Part {...props} />;
  }
  return function OnDemand(props) {
    const { placeholder, onClose } = props;
    return (
      <ErrorBoundary
        fallbackRender={({ error, resetErrorBoundary }) => (
          <>
            {placeholder}
            <PartFailure error={error} onRetry={resetErrorBoundary} onClose={onClose} />
          </>
        )}
        // The next attempt imports it again.
        onError={() => {
          loading = undefined;
        }}
      >
        <Suspense fallback={placeholder}>
          <Loaded {...props} />
        </Suspense>
      </ErrorBoundary>
    );
  };
}

function PartFailure(props: {
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly onClose: () => void;
}) {
  const { error, onRetry, onClose } = props;
  const code = codeOf(error);
  useReachable(() => {
    if (code === 'unreachable') onRetry();
  });
  return createPortal(
    <div className="part-failure" role="alert">
      <p>{wordsFor(error)}</p>
      {code === 'outdated' ? (
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      ) : (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
      <button type="button" className="button plain" onClick={onClose}>
        Close
      </button>
    </div>,
    // While a dialog is open, nothing outside of it can be used.
    document.querySelector('[role=dialog]') ?? document.body,
  );
}
