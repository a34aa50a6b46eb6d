import { wordsForCode } from '../api/wording.ts';
import type { Outgoing } from '../../../client/src/index.ts';
import { Attached } from '../files/attached.tsx';
import { WaitIcon } from '../ui/icons.tsx';
import { hueOf } from '../ui/initials.ts';
import { clockTime } from '../ui/times.ts';
import { MessageText } from './message-text.tsx';
import { QuoteView } from './quote-view.tsx';
import type { BubblePosition } from './rows.ts';

const STATE_LABELS: Readonly<Record<Outgoing['state'], string>> = {
  waiting: 'sending',
  sending: 'sending',
  held: 'waiting to send',
  failed: 'not sent',
  stored: 'sending',
};

/** A message that is being sent, waits for the server, or was rejected. */
export function OutgoingBubble(
  props: BubblePosition & {
    readonly outgoing: Outgoing;
    readonly me: string;
    readonly onRetry: (key: string) => void;
    readonly onDiscard: (key: string) => void;
  },
) {
  const { outgoing, first, last } = props;
  const { key, state, problem, replyTo, attachments } = outgoing;
  return (
    <article
      className="bubble-row"
      data-own
      data-first={first}
      data-last={last}
      data-state={state}
      aria-label={`You, ${STATE_LABELS[state]}`}
      tabIndex={-1}
    >
      <div className="bubble-line">
        <div className="bubble">
          {replyTo && (
            <p className={`quote ${hueOf(replyTo.display_name)}`}>
              <QuoteView quote={replyTo} me={props.me} />
            </p>
          )}
          {attachments && <Attached files={attachments} />}
          <div className="bubble-flow" dir="auto">
            {outgoing.text !== '' && <MessageText text={outgoing.text} />}
            <span className="bubble-meta">
              {state !== 'stored' && state !== 'failed' && <WaitIcon />}
              {last && <time dateTime={new Date(outgoing.at).toISOString()}>{clockTime(outgoing.at)}</time>}
            </span>
          </div>
        </div>
      </div>
      {state === 'held' && (
        <p className="bubble-note" role="status">
          {problem === 'unreachable' ? 'Waiting for connection' : 'Waiting for server'}
        </p>
      )}
      {state === 'failed' && (
        <p className="bubble-note failed" role="alert">
          Not sent. {wordsForCode(problem ?? 'internal_error')}{' '}
          <button type="button" className="link" onClick={() => props.onRetry(key)}>
            Try again
          </button>{' '}
          <button type="button" className="link" onClick={() => props.onDiscard(key)}>
            Discard
          </button>
        </p>
      )}
    </article>
  );
}
