import type { ComponentType } from 'react';
import { type Message, textOf } from '../../../client/src/index.ts';
import { AddReactionIcon, GroupIcon, PinIcon, ReplyIcon } from '../ui/icons.tsx';
import type { OpenPlace } from '../ui/open-place.ts';
import { CopyIcon, DeleteIcon, EditIcon, LinkIcon, UnpinIcon } from './action-icons.tsx';
import type { OpenPopover } from './message-popover.tsx';
import { addressOf } from './use-target.ts';

/** The user of a conversation's screen, and what its parts do for the actions on a message. */
export interface ActionContext {
  readonly me: string;
  readonly mayDeleteOthers: boolean;
  readonly mayPin: boolean;
  readonly onReply: (message: Message) => void;
  readonly onEdit: (message: Message) => void;
  readonly onDelete: (message: Message) => void;
  /** Adds the user's reaction, or takes it back. */
  readonly onReact: (message: Message, emoji: string) => void;
  readonly onPin: (message: Message, wanted: boolean) => void;
  readonly onOpen: (popover: OpenPopover) => void;
  /** Shows a picture of a message in full. */
  readonly onOpenPicture: (seq: number, id: string) => void;
  /** Scrolls to a message, however far away it is, and marks it for a moment. */
  readonly onJump: (seq: number) => void;
}

/** An action on a message. */
export interface MessageAction {
  readonly label: string;
  readonly icon: ComponentType;
  /** Whether it is a button of the toolbar, too: the menu has all actions. */
  readonly inToolbar?: boolean;
  /** Deletes something. */
  readonly danger?: boolean;
  /** Whether the user can do it with a message. */
  readonly isAvailable: (message: Message, context: ActionContext) => boolean;
  /** @param place of the toolbar's button, or of the menu. */
  readonly run: (message: Message, context: ActionContext, place: OpenPlace) => void;
}

/** The emoji that are one press away. The toolbar has room for the first ones. */
export const QUICK_EMOJI = ['👍', '❤️', '😂', '🎉', '😮', '🙏'] as const;
export const IN_TOOLBAR = 3;

const isOwn = (message: Message, { me }: ActionContext): boolean => message.user_uuid === me;
/** Browsers allow only secure pages to write to the clipboard. */
const hasClipboard = (): boolean => window.isSecureContext;
const copy = (text: string): void => void navigator.clipboard.writeText(text);

/** All actions on messages, in the order of the menu. */
const ACTIONS: readonly MessageAction[] = [
  {
    label: 'Add reaction…',
    icon: AddReactionIcon,
    inToolbar: true,
    isAvailable: () => true,
    run: (message, { onOpen }, place) => onOpen({ kind: 'picker', message, place }),
  },
  {
    label: 'Reply',
    icon: ReplyIcon,
    inToolbar: true,
    isAvailable: () => true,
    run: (message, { onReply }) => onReply(message),
  },
  {
    label: 'Edit',
    icon: EditIcon,
    inToolbar: true,
    isAvailable: isOwn,
    run: (message, { onEdit }) => onEdit(message),
  },
  {
    label: 'Copy text',
    icon: CopyIcon,
    isAvailable: (message) => hasClipboard() && textOf(message) !== '',
    run: (message) => copy(textOf(message) ?? ''),
  },
  {
    label: 'Copy link',
    icon: LinkIcon,
    isAvailable: hasClipboard,
    run: ({ message_group_uuid, seq }) => copy(addressOf(message_group_uuid, seq)),
  },
  {
    label: 'Who reacted…',
    icon: GroupIcon,
    isAvailable: ({ reactions = [] }) => reactions.length > 0,
    run: (message, { onOpen }, place) => onOpen({ kind: 'reactors', message, place }),
  },
  {
    label: 'Pin',
    icon: PinIcon,
    isAvailable: ({ pinned }, { mayPin }) => mayPin && pinned !== true,
    run: (message, { onPin }) => onPin(message, true),
  },
  {
    label: 'Unpin',
    icon: UnpinIcon,
    isAvailable: ({ pinned }, { mayPin }) => mayPin && pinned === true,
    run: (message, { onPin }) => onPin(message, false),
  },
  {
    label: 'Delete…',
    icon: DeleteIcon,
    danger: true,
    isAvailable: (message, context) => isOwn(message, context) || context.mayDeleteOthers,
    run: (message, { onDelete }) => onDelete(message),
  },
];

/** Returns the actions that the user has on a message. A tombstone has none. */
export function actionsOn(message: Message, context: ActionContext): readonly MessageAction[] {
  if (message.deleted_at !== null) return [];
  return ACTIONS.filter(({ isAvailable }) => isAvailable(message, context));
}
