import { useCallback, useMemo, useState } from 'react';
import type { Message } from '../api/shapes.ts';
import type { Conversation } from '../chat/conversation.ts';
import { type ActionContext, hasReacted } from './message-actions.ts';

/** Returns what the actions on messages need as a stable value: every bubble has it as a property. */
export function useActions(parts: ActionContext): ActionContext {
  const { me, mayDeleteOthers, mayPin, onEdit, onDelete, onReact, onPin, onOpen, onJump } = parts;
  return useMemo(
    () => ({ me, mayDeleteOthers, mayPin, onEdit, onDelete, onReact, onPin, onOpen, onJump }),
    [me, mayDeleteOthers, mayPin, onEdit, onDelete, onReact, onPin, onOpen, onJump],
  );
}

/** Reacts to messages and pins them. @returns why the last change failed, until the next one. */
export function useMessageChanges({ annotations }: Conversation) {
  const [problem, setProblem] = useState<unknown>();
  const run = useCallback((change: Promise<void>) => {
    setProblem(undefined);
    change.catch(setProblem);
  }, []);
  const act = {
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
  return { act, problem, clearProblem: () => setProblem(undefined) };
}
