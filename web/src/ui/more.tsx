import { WhenSeen } from './when-seen.tsx';

/** The end of a list that has more pages: fetches the next one once it is scrolled to, or pressed. */
export function More(props: {
  readonly label: string;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}) {
  const { label, isLoading, onMore } = props;
  return (
    <>
      <WhenSeen onSeen={onMore} />
      <button
        type="button"
        className="button plain"
        aria-disabled={isLoading}
        onClick={() => {
          // A disabled button would lose the focus.
          if (!isLoading) onMore();
        }}
      >
        {isLoading ? 'Loading…' : label}
      </button>
    </>
  );
}
