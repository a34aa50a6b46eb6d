import { useState } from 'react';
import { DownIcon } from '../ui/icons.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { type RowContext, RowView } from './row-view.tsx';
import type { Row } from './rows.ts';
import { useMessageVirtualizer } from './use-message-virtualizer.ts';

interface Props extends RowContext {
  readonly rows: readonly Row[];
  /** With whom. */
  readonly name: string;
  /** Whether the end is kept in sight as it grows. */
  readonly following: boolean;
  /** Newer messages than those of the last row, as far as is known. */
  readonly missing: number;
  readonly isLoading: boolean;
  readonly unreadBelow: number;
  /** Unknown until the first rows have found their place. */
  readonly isAtEnd: boolean | undefined;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
  readonly onJumpToNewest: () => Promise<void>;
}

/** The messages of a conversation: only those rows exist that are near the ones in sight. */
export function MessageList(props: Props) {
  const { rows, following, missing, isAtEnd } = props;
  const [viewport, setViewport] = useState<HTMLDivElement | null>(null);
  const virtualizer = useMessageVirtualizer({ ...props, viewport });
  const jump = async (): Promise<void> => {
    if (!following || missing > 0) await props.onJumpToNewest();
    requestAnimationFrame(() => virtualizer.scrollToEnd());
    // There is no button any more where there is nothing below.
    viewport?.focus({ preventScroll: true });
  };
  return (
    <div className="talk">
      <div
        ref={setViewport}
        className="talk-viewport"
        role="log"
        aria-live="off"
        aria-label={`Messages with ${isolateName(props.name)}`}
        aria-busy={props.isLoading}
        // Whoever has no pointer scrolls it with the keyboard.
        tabIndex={0}
      >
        <div className="talk-content" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="talk-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowView row={rows[index]} context={props} />
            </div>
          ))}
        </div>
      </div>
      {(isAtEnd === false || (isAtEnd === true && missing > 0)) && (
        <button
          type="button"
          className="jump" // What could not be fetched is asked for with the next press.
          onClick={() => void jump().catch(() => undefined)}
        >
          <DownIcon />
          {props.unreadBelow > 0 ? newMessages(props.unreadBelow) : 'Latest messages'}
        </button>
      )}
    </div>
  );
}

function newMessages(count: number): string {
  return count === 1 ? '1 new message' : `${count} new messages`;
}
