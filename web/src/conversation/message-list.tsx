import { useState } from 'react';
import { DownIcon } from '../ui/icons.tsx';
import { Skeleton } from '../ui/states.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { type RowContext, RowView } from './row-view.tsx';
import type { Row } from './rows.ts';
import { useMessageVirtualizer } from './use-message-virtualizer.ts';
import { useRovingMessages } from './use-roving-messages.ts';
import type { Target } from './use-target.ts';
import { includes } from './use-target-in-sight.ts';

interface Props extends Omit<RowContext, 'tabStop'> {
  readonly rows: readonly Row[];
  /** The name of the conversation. */
  readonly name: string;
  /** Whether the list scrolls to new messages. */
  readonly following: boolean;
  /** Whether the user has just opened or closed a run: the rows that appear are not new. */
  readonly isToggled: boolean;
  /** Number of messages that are known to exist after the last row. */
  readonly missing: number;
  readonly isLoading: boolean;
  /** The message to scroll to. */
  readonly target: Target | undefined;
  readonly unreadBelow: number;
  /** Unknown until the first rows are positioned. */
  readonly isAtEnd: boolean | undefined;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onNearStart: () => void;
  readonly onNearEnd: () => void;
  readonly onJumpToNewest: () => Promise<void>;
}

/** The messages of a conversation. Only the rows near the visible ones are rendered. */
export function MessageList(props: Props) {
  const { rows, following, missing, isAtEnd, isToggled } = props;
  const [viewport, setViewport] = useState<HTMLDivElement | null>(null);
  const { virtualizer, marked } = useMessageVirtualizer({
    ...props,
    following: following && !isToggled,
    viewport,
  });
  const roving = useRovingMessages();
  const context = { ...props, tabStop: roving.active ?? newestOf(rows) };
  const jump = async (): Promise<void> => {
    if (!following || missing > 0) await props.onJumpToNewest();
    requestAnimationFrame(() => virtualizer.scrollToEnd());
    // At the end the button is removed.
    viewport?.focus({ preventScroll: true });
  };
  return (
    <div className="talk" data-group={props.isGroup}>
      <div
        ref={setViewport}
        className="talk-viewport"
        role="log"
        aria-live="off"
        aria-label={`Messages with ${isolateName(props.name)}`}
        aria-busy={props.isLoading}
        // So that it can be scrolled with the keyboard.
        tabIndex={0}
        {...roving.handlers}
      >
        <div className="talk-content" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="talk-row"
              data-marked={marked !== undefined && includes(rows[index], marked)}
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowView row={rows[index]} context={context} />
            </div>
          ))}
        </div>
      </div>
      {rows.length === 0 && props.isLoading && (
        <div className="talk-loading">
          <Skeleton of="messages" />
        </div>
      )}
      {(isAtEnd === false || (isAtEnd === true && missing > 0)) && (
        <button
          type="button"
          className="jump"
          // What could not be fetched is fetched with the next press.
          onClick={() => void jump().catch(() => undefined)}
        >
          <DownIcon />
          {props.unreadBelow > 0 ? newMessages(props.unreadBelow) : 'Latest messages'}
        </button>
      )}
    </div>
  );
}

function newestOf(rows: readonly Row[]): number | undefined {
  const newest = rows.findLast((row) => row.kind === 'message');
  return newest?.message.seq;
}

function newMessages(count: number): string {
  return count === 1 ? '1 new message' : `${count} new messages`;
}
