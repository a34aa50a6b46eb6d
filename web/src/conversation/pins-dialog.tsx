import { useQuery } from '@tanstack/react-query';
import type { Message } from '../../../client/src/index.ts';
import { pinsKey } from '../chat/chat.ts';
import { useChat } from '../chat/use-chat.ts';
import { FoldedMessage, useFolded } from '../people/folded.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { SentenceView } from '../ui/sentence-view.tsx';
import { exactTime } from '../ui/times.ts';
import { withNames } from './rich-text/mentions.ts';
import { systemWords } from './system-words.ts';

/** The pinned messages of a conversation, the newest first. */
export default function PinsDialog(props: {
  readonly uuid: string;
  /** Scrolls to a message. */
  readonly onJump: (seq: number) => void;
  readonly onClose: () => void;
}) {
  const { uuid, onJump, onClose } = props;
  const { api } = useChat();
  const pins = useQuery({ queryKey: pinsKey(uuid), queryFn: () => api.listPins(uuid), staleTime: 0 });
  const jump = (seq: number): void => {
    onClose();
    onJump(seq);
  };
  return (
    <Dialog title="Pinned messages" onClose={onClose}>
      <Problem error={pins.error} />
      {pins.isPending && <p className="quiet">Loading…</p>}
      {pins.data?.length === 0 && (
        <p className="quiet">Nothing is pinned yet. Pin a message by its menu to find it again here.</p>
      )}
      <ul className="pins" aria-label="Pinned messages">
        {pins.data?.toReversed().map((message) => (
          <Pin key={message.seq} message={message} onPress={() => jump(message.seq)} />
        ))}
      </ul>
    </Dialog>
  );
}

/** A pinned message. A press shows it; that of a blocked user is revealed first. */
function Pin({ message, onPress }: { readonly message: Message; readonly onPress: () => void }) {
  const { isFolded, reveal } = useFolded(message.user_uuid);
  return (
    <li>
      <button type="button" className="pin" onClick={isFolded ? reveal : onPress}>
        {isFolded ? (
          <FoldedMessage />
        ) : (
          <>
            <span className="pin-head">
              <Name>{message.display_name}</Name>
              <time className="quiet" dateTime={message.created_at}>
                {exactTime(message.created_at)}
              </time>
            </span>
            <span className="pin-text" dir="auto">
              <PinnedText message={message} />
            </span>
          </>
        )}
      </button>
    </li>
  );
}

function PinnedText({ message }: { readonly message: Message }) {
  const { me } = useChat();
  if (message.kind === 'system') return <SentenceView words={systemWords(message, me.uuid)} />;
  return message.message === null ? null : withNames(message.message, message.mentions, true);
}
