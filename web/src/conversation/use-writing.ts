import { useCallback, useState } from 'react';
import {
  type AttachedFile,
  type Conversation,
  type Message,
  type Quote,
  textOf,
} from '../../../client/src/index.ts';
import { newestQuote, quoteOf } from '../../../client/src/parts.ts';
import { dropEdit, type EditedMessage, editOf, keepEdit, keepReply, replyOf } from './drafts.ts';

/** What the composer writes, and to which message. */
export type Writing = ReturnType<typeof useWriting>;

/** What the composer writes: a new message, which may be a reply, or an edit. A reply waits while another message is edited. */
export function useWriting(parts: {
  readonly conversation: Conversation;
  readonly following: boolean;
  readonly answered: () => void;
}) {
  const { conversation, following, answered } = parts;
  const { uuid } = conversation;
  const [editing, setEditing] = useState<EditedMessage | undefined>(() => editOf(uuid)?.message);
  const [replying, setReplying] = useState(() => replyOf(uuid));
  // Stable functions: every bubble has them as properties.
  const edit = useCallback(
    (original: Message | undefined): void => {
      const message = original && { uuid: original.uuid, seq: original.seq, message: textOf(original) };
      if (message) keepEdit(uuid, { message, text: message.message ?? '' });
      else dropEdit(uuid);
      setEditing(message);
    },
    [uuid],
  );
  const setReply = useCallback(
    (original: Quote | undefined): void => {
      keepReply(uuid, original);
      setReplying(original);
    },
    [uuid],
  );
  const reply = useCallback(
    (message: Message): void => {
      edit(undefined);
      setReply(quoteOf(message));
    },
    [edit, setReply],
  );
  const submit = async (text: string, files: readonly AttachedFile[] = []): Promise<void> => {
    if (editing) {
      await conversation.edit(editing.seq, text);
      edit(undefined);
      return;
    }
    if (!following) await conversation.jumpToNewest();
    conversation.sending.send(text, replying, files.length > 0 ? files : undefined);
    setReply(undefined);
    answered();
  };
  const original = replying && newestQuote(replying, conversation.log.messages.get(replying.seq));
  return {
    editing,
    edit,
    reply,
    submit,
    /** The message that is replied to, as it is now. `since` is another object each time that a user begins a reply. */
    replying: original && { original, since: replying },
    cancelReply: () => setReply(undefined),
  };
}
