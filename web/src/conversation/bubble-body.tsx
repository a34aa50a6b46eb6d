import { type TextMessage, textOf } from '../../../client/src/index.ts';
import { Attached } from '../files/attached.tsx';
import { PinIcon } from '../ui/icons.tsx';
import { clockTime, exactTime } from '../ui/times.ts';
import type { ActionContext } from './message-actions.ts';
import { MessageText } from './message-text.tsx';
import { QuoteButton } from './quote-view.tsx';

/** A message's text and files, with the message that it replies to, and when it was sent. */
export function BubbleBody(props: {
  readonly message: TextMessage;
  readonly context: Pick<ActionContext, 'me' | 'onJump' | 'onOpenPicture'>;
  /** Whether the Tab key leads into it. */
  readonly isTabStop: boolean;
  /** Once for the messages that a user sent together. */
  readonly showsTime: boolean;
}) {
  const { message, context, isTabStop, showsTime } = props;
  const { reply_to: original, message_group_uuid: uuid, seq, attachments } = message;
  const text = textOf(message);
  return (
    <div
      className="bubble"
      data-deleted={message.message === null}
      title={showsTime ? undefined : exactTime(message.created_at)}
    >
      {original && (
        <QuoteButton
          quote={original}
          me={context.me}
          isTabStop={isTabStop}
          onPress={() => context.onJump(original.seq)}
        />
      )}
      {attachments.length > 0 && (
        <Attached
          files={attachments}
          stored={{ uuid, seq, isTabStop, onOpen: (id) => context.onOpenPicture(seq, id) }}
        />
      )}
      {/* The time stands where the text ends, also where that is written from right to left. */}
      <div className="bubble-flow" dir="auto">
        {text !== '' && <MessageText text={text} mentioned={message} />}
        <BubbleMeta message={message} showsTime={showsTime} />
      </div>
    </div>
  );
}

function BubbleMeta({ message, showsTime }: { readonly message: TextMessage; readonly showsTime: boolean }) {
  return (
    <span className="bubble-meta">
      {message.pinned === true && (
        <span className="bubble-pinned" title="Pinned">
          <PinIcon />
          <span className="for-screen-readers">pinned </span>
        </span>
      )}
      {message.edited_at !== null && message.message !== null && <span>edited </span>}
      {showsTime && (
        <time dateTime={message.created_at} title={exactTime(message.created_at)}>
          {clockTime(message.created_at)}
        </time>
      )}
    </span>
  );
}
