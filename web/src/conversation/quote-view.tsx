import { hueOf } from '../ui/initials.ts';
import { Name } from '../ui/name.tsx';
import type { Quote } from '../../../client/src/index.ts';
import { FoldedMessage, useFolded } from '../people/folded.tsx';
import { withNames } from './rich-text/mentions.ts';

interface Props {
  readonly quote: Quote;
  /** The user's own id. */
  readonly me: string;
}

/** The message that a reply answers. A press shows it; that of a blocked user is revealed first. */
export function QuoteButton(props: Props & { readonly isTabStop: boolean; readonly onPress: () => void }) {
  const { quote, me, isTabStop, onPress } = props;
  const { isFolded, reveal } = useFolded(quote.user_uuid);
  return (
    <button
      type="button"
      className={`quote ${hueOf(quote.display_name)}`}
      title={isFolded ? undefined : 'Show this message'}
      tabIndex={isTabStop ? 0 : -1}
      onClick={isFolded ? reveal : onPress}
    >
      <span className="for-screen-readers">In reply to </span>
      {isFolded ? <FoldedMessage /> : <QuoteView quote={quote} me={me} />}
    </button>
  );
}

/** The author of a message, and the beginning of its text. */
export function QuoteView({ quote, me }: Props) {
  const { user_uuid, display_name, message, deleted, mentions = [] } = quote;
  return (
    <>
      <span className="quote-author">{user_uuid === me ? 'You' : <Name>{display_name}</Name>}</span>
      <span className="for-screen-readers">: </span>
      <span className="quote-text">
        {deleted || message === null ? (
          <em>Deleted message</em>
        ) : (
          <bdi dir="auto">{withNames(message, mentions)}</bdi>
        )}
      </span>
    </>
  );
}
