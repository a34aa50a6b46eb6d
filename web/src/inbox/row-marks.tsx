import type { MessageGroup } from '../../../client/src/index.ts';
import { MutedIcon, StarIcon } from '../ui/icons.tsx';

/** Above this, a badge shows no exact number: it would be too wide. */
const MOST_SHOWN = 999;

/** Next to a conversation's name: the user's own settings of it. */
export function RowMarks({ row }: { readonly row: MessageGroup }) {
  return (
    <>
      {row.favourite && (
        <span className="row-mark" data-mark="favourite" title="Favourite">
          <StarIcon isFilled />
          <span className="for-screen-readers">Favourite</span>
        </span>
      )}
      {row.muted !== 'none' && (
        <span className="row-mark" data-mark="muted" title={MUTED_WORDS[row.muted]}>
          <MutedIcon />
          <span className="for-screen-readers">{MUTED_WORDS[row.muted]}</span>
        </span>
      )}
    </>
  );
}

const MUTED_WORDS = { all: 'Muted', except_mentions: 'Muted, except mentions' } as const;

/** Next to a preview: mentions, the number of unread messages, and that the user marked the conversation as unread. */
export function RowBadges({ row }: { readonly row: MessageGroup }) {
  const { mention_count: mentions, unread_count: unread, marked_unread } = row;
  return (
    <>
      {mentions > 0 && (
        <span className="mention-badge">
          <span aria-hidden="true">@{mentions > 1 ? shownNumber(mentions) : ''}</span>
          <span className="for-screen-readers">{mentions === 1 ? '1 mention' : `${mentions} mentions`}</span>
        </span>
      )}
      {unread > 0 && (
        <span className="badge">
          {shownNumber(unread)}
          <span className="for-screen-readers"> unread</span>
        </span>
      )}
      {unread === 0 && marked_unread && (
        <span className="unread-dot">
          <span className="for-screen-readers">Marked as unread</span>
        </span>
      )}
    </>
  );
}

function shownNumber(count: number): string {
  return count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
}
