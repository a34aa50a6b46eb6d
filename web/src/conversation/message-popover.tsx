import type { Message } from '../../../client/src/index.ts';
import { onDemand } from '../ui/on-demand.tsx';
import type { OpenPlace } from '../ui/open-place.ts';

const EmojiPicker = onDemand(() => import('../emoji/emoji-picker.tsx'));
const ReactorsPopover = onDemand(() => import('./reactors-popover.tsx'));

/** A popover on a message: the choice of an emoji to react with, or who reacted. */
export interface OpenPopover {
  readonly kind: 'picker' | 'reactors';
  readonly message: Message;
  readonly place: OpenPlace;
}

/** The popover that is open on a message. */
export function MessagePopover(props: {
  readonly open: OpenPopover | undefined;
  /** The messages as they are now. */
  readonly messages: readonly Message[];
  readonly onReact: (message: Message, emoji: string) => void;
  readonly onClose: () => void;
}) {
  const { open, messages, onReact, onClose } = props;
  if (!open) return null;
  const { kind, place } = open;
  const { seq } = open.message;
  const message = messages.find((now) => now.seq === seq) ?? open.message;
  const finalFocus = () => document.querySelector<HTMLElement>(`article[data-seq='${seq}']`);
  const shared = { place, finalFocus, onClose };
  switch (kind) {
    case 'picker':
      return <EmojiPicker {...shared} label="Add reaction" onPick={(emoji) => onReact(message, emoji)} />;
    case 'reactors':
      return <ReactorsPopover {...shared} message={message} />;
  }
}
