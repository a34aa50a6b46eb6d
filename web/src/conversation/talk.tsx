import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import {
  ApiError,
  type Conversation,
  type ConversationState,
  hasOlder,
  type Member,
  type Message,
  type MessageGroup,
  missingNewer,
  shown,
} from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { useFoldedAuthors } from '../people/blocks.ts';
import { Failure } from '../ui/failure.tsx';
import { dayOf } from '../ui/times.ts';
import { MessageList } from './message-list.tsx';
import { OpenedByActions } from './opened-by-actions.tsx';
import { rowsOf } from './rows.ts';
import { seenBy } from './seen-by.ts';
import { TalkComposer } from './talk-composer.tsx';
import { TypingLine } from './typing-line.tsx';
import { useFolding } from './use-folding.ts';
import { useMessageActions } from './use-message-actions.ts';
import { useReading } from './use-reading.ts';
import { useSeenMarks } from './use-seen-marks.ts';
import type { Target } from './use-target.ts';
import { useWriting } from './use-writing.ts';

interface Props {
  readonly conversation: Conversation;
  readonly group: MessageGroup;
  readonly members: readonly Member[];
  /** The message to scroll to. */
  readonly target: Target | undefined;
  /** Scrolls to a message. */
  readonly onJump: (seq: number) => void;
}

/** The messages of a conversation, and the composer. */
export function Talk({ conversation, group, members, target, onJump }: Props) {
  const chat = useChat();
  const state = useSyncExternalStore(conversation.state.subscribe, conversation.state.get);
  // Unknown until the first rows are positioned.
  const [isAtEnd, setIsAtEnd] = useState<boolean>();
  const { log, following } = state;
  const me = chat.me.uuid;
  const { newAfter, answered } = useReading(group, log.high, isAtEnd === true && missingNewer(log) === 0);
  const view = useTalkView({ state, members, newAfter, me, blocked: useFoldedAuthors(group) });
  useSeenMarks({ group, members, messages: view.messages });
  useOpened({ conversation, group, target });
  const writing = useWriting({ conversation, following, answered });
  const { actions, opened } = useMessageActions({
    conversation,
    group,
    members,
    onReply: writing.reply,
    onEdit: writing.edit,
    onJump,
  });
  const atEnd = (is: boolean): void => {
    setIsAtEnd(is);
    if (is) conversation.reachedEnd();
  };
  return (
    <>
      {view.problem === undefined ? (
        <MessageList
          {...view}
          actions={actions}
          name={group.display_name}
          isGroup={group.kind === 'group'}
          unreadBelow={isAtEnd === true ? 0 : group.unread_count}
          isAtEnd={isAtEnd}
          target={target}
          onAtEnd={atEnd}
          onNearStart={() => view.mayFetch('start') && void conversation.loadOlder()}
          onNearEnd={() => view.mayFetch('end') && void conversation.loadNewer()}
          onJumpToNewest={() => conversation.jumpToNewest()}
          onRetry={(key) => conversation.sending.retry(key)}
          onDiscard={(key) => conversation.sending.discard(key)}
        />
      ) : (
        <Failure error={new ApiError(0, [view.problem])} onRetry={() => void conversation.open(group)} />
      )}
      <OpenedByActions {...opened} messages={view.messages} />
      <TypingLine uuid={group.uuid} members={members} />
      <TalkComposer
        conversation={conversation}
        group={group}
        members={members}
        writing={writing}
        onEditLast={() => view.lastOwn && writing.edit(view.lastOwn)}
      />
    </>
  );
}

/** Opens the conversation, and fetches the message to scroll to. */
function useOpened({ conversation, group, target }: Pick<Props, 'conversation' | 'group' | 'target'>): void {
  const seq = target?.seq;
  useEffect(() => void conversation.open(group, seq), [conversation, group, seq]);
  useEffect(() => {
    // What cannot be fetched is fetched with the next jump.
    if (target) void conversation.show(target.seq).catch(() => undefined);
  }, [conversation, target]);
}

/** What the list of messages shows of a conversation's state. */
function useTalkView(parts: {
  readonly state: ConversationState;
  readonly members: readonly Member[];
  readonly newAfter: number | undefined;
  readonly me: string;
  readonly blocked: ReadonlySet<string>;
}) {
  const { state, members, newAfter, me, blocked } = parts;
  const { log, loading, following, problem } = state;
  const messages = useMemo(() => shown(log), [log]);
  const rows = useMemo(
    () => rowsOf({ messages, outgoing: log.outgoing, me, newAfter, hasOlder: hasOlder(log), dayOf }),
    [messages, log, me, newAfter],
  );
  const folding = useFolding(rows, { start: hasOlder(log), end: missingNewer(log) > 0 }, blocked);
  const seen = useMemo(() => seenBy(messages, members, me), [messages, members, me]);
  return {
    ...folding,
    messages,
    seen,
    me,
    following,
    missing: missingNewer(log),
    isLoading: loading.first || loading.older,
    others: members.length - 1,
    lastOwn: messages.findLast((message) => isEditable(message, me)),
    /** Why no message can be shown. */
    problem: log.high === 0 ? problem : undefined,
  };
}

function isEditable(message: Message, me: string): boolean {
  return message.user_uuid === me && message.kind === 'text' && message.deleted_at === null;
}
