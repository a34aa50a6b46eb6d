import { useSyncExternalStore } from 'react';
import { beginningOf } from '../../../schema/preview.ts';
import type { MessageGroup } from '../../../client/src/index.ts';
import { isOwnText } from '../../../client/src/parts.ts';
import { useChat } from '../chat/use-chat.ts';
import { useDraft } from '../conversation/drafts.ts';
import { withNames } from '../conversation/rich-text/mentions.ts';
import { useFoldedAuthors } from '../people/blocks.ts';
import { Name } from '../ui/name.tsx';
import { OutgoingNote } from './outgoing-note.tsx';

interface Props {
  readonly row: MessageGroup;
  /** The user's own id. */
  readonly me: string;
  readonly isOpen: boolean;
}

/** The second line of a row: who is typing, the user's own draft, a message that is not sent, or the newest message and its author. */
export function RowPreview({ row, me, isOpen }: Props) {
  const { typing, outgoing } = useChat();
  const { state } = typing;
  const note = useSyncExternalStore(outgoing.subscribe, outgoing.get).get(row.uuid);
  const typists = useSyncExternalStore(state.subscribe, state.get).get(row.uuid) ?? [];
  const draft = useDraft(row.uuid);
  const folded = useFoldedAuthors(row);
  if (typists.length > 0) return <em>{typingWords(row, typists)}</em>;
  // The draft of the open conversation is in its field.
  if (draft !== '' && !isOpen)
    return (
      <>
        <span className="draft">Draft: </span>
        <bdi dir="auto">{beginningOf(draft)}</bdi>
      </>
    );
  if (note) return <OutgoingNote {...note} />;
  if (row.last_kind === 'text' && folded.has(row.last_by)) return <em>Message of a blocked user</em>;
  return (
    <>
      <Author row={row} me={me} />
      <NewestMessage {...row} />
    </>
  );
}

function typingWords(
  { kind }: MessageGroup,
  [first, ...others]: readonly { readonly handle: string }[],
): string {
  if (kind === 'direct' || !first) return 'typing…';
  return others.length > 0 ? 'Several people are typing…' : `@${first.handle} is typing…`;
}

/** A system message, and a deletion, name nobody here. */
function Author({ row, me }: Pick<Props, 'row' | 'me'>) {
  if (isOwnText(row, me)) return 'You: ';
  if (row.last_by_name === undefined || row.last_kind !== 'text' || row.message === null) return null;
  return (
    <>
      <Name>{row.last_by_name}</Name>:{' '}
    </>
  );
}

/** The beginning of the newest message; a system message is set in italics. */
function NewestMessage({ message, mentions, last_kind }: MessageGroup) {
  if (message === null) return <em>Message deleted</em>;
  if (last_kind === 'text') return <bdi dir="auto">{withNames(message, mentions)}</bdi>;
  return (
    <em>
      <bdi dir="ltr">{message}</bdi>
    </em>
  );
}
