import { memo, useRef } from 'react';
import type { Message, Reaction } from '../../../client/src/index.ts';
import { AddReactionIcon } from '../ui/icons.tsx';
import { elementPlace } from '../ui/open-place.ts';
import { useLongPress } from '../ui/use-long-press.ts';
import type { ActionContext } from './message-actions.ts';

/** The reactions to a message: each is a button that adds the user's own, or takes it back. */
export const Reactions = memo(function Reactions(props: {
  readonly message: Message;
  readonly context: ActionContext;
  /** Whether the Tab key leads to them: the message has the focus. */
  readonly isTabStop: boolean;
}) {
  const { message, context, isTabStop } = props;
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions?.map((reaction) => (
        <li key={reaction.emoji}>
          <ReactionButton message={message} reaction={reaction} context={context} tabIndex={tabIndex} />
        </li>
      ))}
      <li>
        <button
          type="button"
          className="reaction reaction-add"
          aria-label="Add reaction"
          title="Add reaction"
          aria-haspopup="dialog"
          tabIndex={tabIndex}
          onClick={(event) =>
            context.onOpen({ kind: 'picker', message, place: elementPlace(event.currentTarget) })
          }
        >
          <AddReactionIcon />
        </button>
      </li>
    </ul>
  );
});

/** Adds the user's reaction, or takes it back. A right click, the context menu key or a long press shows who reacted. */
function ReactionButton(props: {
  readonly message: Message;
  readonly reaction: Reaction;
  readonly context: ActionContext;
  readonly tabIndex: number;
}) {
  const { message, reaction, context, tabIndex } = props;
  const button = useRef<HTMLButtonElement>(null);
  const showReactors = (): void => {
    if (button.current) context.onOpen({ kind: 'reactors', message, place: elementPlace(button.current) });
  };
  const press = useLongPress(showReactors);
  return (
    <button
      ref={button}
      type="button"
      className="reaction"
      aria-pressed={reaction.reacted}
      aria-label={labelOf(reaction)}
      tabIndex={tabIndex}
      onClick={() => context.onReact(message, reaction.emoji)}
      {...press.handlers}
      onContextMenu={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (press.end(event) !== 'opened') showReactors();
      }}
    >
      <span className="reaction-emoji">{reaction.emoji}</span>
      <span key={reaction.count} className="reaction-count">
        {reaction.count}
      </span>
    </button>
  );
}

function labelOf({ emoji, count, reacted }: Reaction): string {
  const words = count === 1 ? '1 reaction' : `${count} reactions`;
  return `${emoji}, ${words}${reacted ? ', including yours' : ''}`;
}
