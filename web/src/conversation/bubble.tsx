import { memo } from 'react';
import { hueOf } from '../ui/initials.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Name } from '../ui/name.tsx';
import type { Sentence } from '../ui/sentence.ts';
import { SentenceView } from '../ui/sentence-view.tsx';
import { clockTime, exactTime } from '../ui/times.ts';
import { BubbleMenu, type BubbleMenuProps } from './bubble-menu.tsx';
import { MessageText } from './message-text.tsx';
import type { BubblePosition } from './rows.ts';

export interface BubbleProps extends BubbleMenuProps, BubblePosition {
  /** Whether the author's name is shown above: in a group. */
  readonly showsName: boolean;
  /** Below the bubble: who has seen it. */
  readonly seen: Sentence | undefined;
}

/** One message. */
export const Bubble = memo(function Bubble(props: BubbleProps) {
  const { message, own, first, last, showsName, seen } = props;
  const author = own ? 'You' : isolateName(message.display_name);
  return (
    <article
      className="bubble-row"
      data-own={own}
      data-first={first}
      data-last={last}
      data-seq={message.seq}
      aria-label={`${author}, ${exactTime(message.created_at)}`}
      // Takes the focus when the menu is removed with the message's text.
      tabIndex={-1}
    >
      {showsName && first && (
        <p className={`bubble-author hue-${hueOf(message.handle)}`}>
          <Name>{message.display_name}</Name>
        </p>
      )}
      <div className="bubble-line">
        <div className="bubble" data-deleted={message.message === null}>
          <MessageText text={message.message} />
          <span className="bubble-meta">
            {message.edited_at !== null && message.message !== null && <span>edited </span>}
            <time dateTime={message.created_at} title={exactTime(message.created_at)}>
              {clockTime(message.created_at)}
            </time>
          </span>
        </div>
        {message.message !== null && <BubbleMenu {...props} />}
      </div>
      {seen !== undefined && (
        <p className="bubble-note">
          <SentenceView words={seen} />
        </p>
      )}
    </article>
  );
});
