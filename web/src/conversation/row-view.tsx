import type { ReactNode } from 'react';
import type { Message } from '../../../client/src/index.ts';
import { BlockIcon, DownIcon } from '../ui/icons.tsx';
import { SentenceView } from '../ui/sentence-view.tsx';
import { dayName, exactTime } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { blockedWords } from './blocked-runs.ts';
import { Bubble } from './bubble.tsx';
import type { ActionContext } from './message-actions.ts';
import { OutgoingBubble } from './outgoing-bubble.tsx';
import type { Row } from './rows.ts';
import { seenWords } from './seen-by.ts';
import { runWords, systemWords } from './system-words.ts';

/** What all rows of a conversation share. */
export interface RowContext {
  readonly me: string;
  readonly isGroup: boolean;
  /** For the actions on messages. */
  readonly actions: ActionContext;
  /** The seq of the message to which the Tab key leads. */
  readonly tabStop: number | undefined;
  readonly seen: ReadonlyMap<number, readonly string[]>;
  /** Number of the other members. */
  readonly others: number;
  /** Shows the messages of a run, or hides them. */
  readonly onToggle: (messages: readonly Pick<Message, 'seq'>[]) => void;
  /** Fetches more at an edge of the list. */
  readonly onMore: (edge: 'start' | 'end') => void;
  readonly onRetry: (key: string) => void;
  readonly onDiscard: (key: string) => void;
}

export function RowView({ row, context }: { readonly row: Row | undefined; readonly context: RowContext }) {
  switch (row?.kind) {
    case undefined:
      return null;
    case 'beginning':
      return <p className="talk-beginning quiet">Start of the conversation</p>;
    case 'day':
      return <DayRow at={row.at} />;
    case 'divider':
      return (
        <p className="talk-divider" role="separator" aria-label="New messages">
          <span>New</span>
        </p>
      );
    case 'system':
      return (
        <p className="talk-system" data-seq={row.message.seq} title={exactTime(row.message.created_at)}>
          <SentenceView words={systemWords(row.message, context.me)} />
        </p>
      );
    case 'run':
      return (
        <FoldedRow row={row} context={context}>
          <SentenceView words={runWords(row.messages, context.me)} />
          <DownIcon />
        </FoldedRow>
      );
    case 'blocked':
      return (
        <FoldedRow row={row} context={context}>
          <BlockIcon />
          {blockedWords(row.messages)}. <span className="link">{row.isOpen ? 'Hide' : 'Show'}</span>
        </FoldedRow>
      );
    case 'more':
      return (
        <p className="talk-more">
          <button type="button" className="button plain" onClick={() => context.onMore(row.edge)}>
            {row.edge === 'start' ? 'Show older messages' : 'Show newer messages'}
          </button>
        </p>
      );
    case 'outgoing':
      return <OutgoingBubble {...row} {...context} key={row.key} />;
    case 'message':
      return <MessageRow row={row} context={context} />;
  }
}

function MessageRow(props: {
  readonly row: Row & { readonly kind: 'message' };
  readonly context: RowContext;
}) {
  const { message, own, first, last } = props.row;
  const { actions, tabStop, isGroup, others, ...context } = props.context;
  const seen = context.seen.get(message.seq);
  return (
    <Bubble
      message={message}
      context={actions}
      isTabStop={tabStop === message.seq}
      own={own}
      first={first}
      last={last}
      showsName={isGroup && !own && first}
      showsFace={!own && last}
      seen={seen && seenWords(seen, others)}
    />
  );
}

/** Folded messages: a button that shows them below. */
function FoldedRow(props: {
  readonly row: Row & { readonly kind: 'run' | 'blocked' };
  readonly context: RowContext;
  readonly children: ReactNode;
}) {
  const { messages, isOpen } = props.row;
  const { onToggle } = props.context;
  return (
    <p className="talk-system" data-seq={isOpen ? undefined : messages.at(-1)?.seq}>
      <button type="button" className="run-toggle" aria-expanded={isOpen} onClick={() => onToggle(messages)}>
        {props.children}
      </button>
    </p>
  );
}

function DayRow({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <p className="talk-day">
      <time dateTime={at}>{dayName(at, now)}</time>
    </p>
  );
}
