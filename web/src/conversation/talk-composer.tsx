import type { Conversation, Member, MessageGroup } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { UnlessBlocked } from '../people/unless-blocked.tsx';
import { useMentionSource } from './completion/mention-source.ts';
import { Composer } from './composer.tsx';
import type { Writing } from './use-writing.ts';

/** The composer of a conversation that has begun. */
export function TalkComposer(props: {
  readonly conversation: Conversation;
  readonly group: MessageGroup;
  /** The first members of the group. */
  readonly members: readonly Member[];
  readonly writing: Writing;
  readonly onEditLast: () => void;
}) {
  const { api } = useChat();
  const { conversation, group, members, writing } = props;
  const { editing, edit, replying } = writing;
  const { outgoing } = conversation.log;
  return (
    <UnlessBlocked
      name={group.display_name}
      handle={group.handle}
      isRejected={outgoing.some(({ problem }) => problem === 'recipient_blocked')}
    >
      <Composer
        key={editing?.uuid ?? 'new'}
        uuid={group.uuid}
        name={group.display_name}
        editing={editing}
        replying={replying}
        mentions={useMentionSource({ conversation, group, members })}
        onSubmit={writing.submit}
        onCancel={() => edit(undefined)}
        onCancelReply={writing.cancelReply}
        onEditLast={props.onEditLast}
        // A lost typing event does not matter.
        onTyping={() => void api.sendTyping(group.uuid).catch(() => undefined)}
      />
    </UnlessBlocked>
  );
}
