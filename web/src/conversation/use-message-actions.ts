import { useCallback, useMemo, useState } from 'react';
import type { Conversation, Member, Message, MessageGroup } from '../../../client/src/index.ts';
import { hasReacted } from '../../../client/src/parts.ts';
import { useChat } from '../chat/use-chat.ts';
import { mayManage, mayPin } from '../groups/permissions.ts';
import type { ActionContext } from './message-actions.ts';
import type { OpenPopover } from './message-popover.tsx';
import type { OpenPicture } from './opened-by-actions.tsx';

/**
 * The actions on the messages of a conversation.
 * @returns `actions`, a stable value: every bubble has it as a property. And what they have opened, and why the last one failed.
 */
export function useMessageActions(parts: {
  readonly conversation: Conversation;
  readonly group: MessageGroup;
  readonly members: readonly Member[];
  readonly onReply: (message: Message) => void;
  readonly onEdit: (message: Message) => void;
  readonly onJump: (seq: number) => void;
}) {
  const { conversation, group, members, onReply, onEdit, onJump } = parts;
  const me = useChat().me.uuid;
  const role = members.find(({ user_uuid }) => user_uuid === me)?.role;
  const mayDeleteOthers = mayManage(role);
  const mayPinHere = mayPin(group, role);
  const [popover, setPopover] = useState<OpenPopover>();
  const [deleting, setDeleting] = useState<Message>();
  const [picture, setPicture] = useState<OpenPicture>();
  const { onReact, onPin, problem, forgetProblem } = useChanges(conversation);
  const actions = useMemo<ActionContext>(
    () => ({
      me,
      mayDeleteOthers,
      mayPin: mayPinHere,
      onReply,
      onEdit,
      onDelete: setDeleting,
      onReact,
      onPin,
      onOpen: setPopover,
      onOpenPicture: (seq, id) => setPicture({ seq, id }),
      onJump,
    }),
    [me, mayDeleteOthers, mayPinHere, onReply, onEdit, onReact, onPin, onJump],
  );
  const opened = {
    popover,
    deleting,
    picture,
    problem,
    onClosePopover: () => setPopover(undefined),
    onCloseDeletion: () => setDeleting(undefined),
    onClosePicture: () => setPicture(undefined),
    onForgetProblem: forgetProblem,
    onDelete: (seq: number) => conversation.remove(seq),
    onReact,
  };
  return { actions, opened };
}

/** Changes reactions and pins. @returns why the last change failed, until the next one. */
function useChanges({ annotations }: Conversation) {
  const [problem, setProblem] = useState<unknown>();
  const run = useCallback((change: Promise<void>): void => {
    setProblem(undefined);
    change.catch(setProblem);
  }, []);
  return {
    problem,
    forgetProblem: () => setProblem(undefined),
    onReact: useCallback(
      (message: Message, emoji: string) =>
        run(annotations.react(message.seq, emoji, !hasReacted(message, emoji))),
      [annotations, run],
    ),
    onPin: useCallback(
      ({ seq }: Message, wanted: boolean) => run(annotations.pin(seq, wanted)),
      [annotations, run],
    ),
  };
}
