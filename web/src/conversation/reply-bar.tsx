import type { Quote } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { CloseIcon, ReplyIcon } from '../ui/icons.tsx';
import { hueOf } from '../ui/initials.ts';
import { QuoteView } from './quote-view.tsx';

/** Above the composer: the message that is replied to. */
export function ReplyBar(props: {
  readonly id: string;
  readonly original: Quote;
  readonly onCancel: () => void;
}) {
  const { id, original, onCancel } = props;
  const { me } = useChat();
  return (
    <div className="reply-bar">
      <ReplyIcon />
      <p id={id} className={`quote ${hueOf(original.display_name)}`}>
        <span className="for-screen-readers">Replying to </span>
        <QuoteView quote={original} me={me.uuid} />
      </p>
      <button type="button" className="icon-button" aria-label="Cancel reply" onClick={onCancel}>
        <CloseIcon />
      </button>
    </div>
  );
}
