import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type AttachedFile, codeOf } from '../../../client/src/index.ts';
import { requestKeys } from '../../../client/src/parts.ts';
import { useChat } from '../chat/use-chat.ts';
import { useInbox } from '../inbox/use-inbox.ts';
import { UnlessBlocked } from '../people/unless-blocked.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Failure } from '../ui/failure.tsx';
import { BackIcon } from '../ui/icons.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Name } from '../ui/name.tsx';
import { Empty, Skeleton } from '../ui/states.tsx';
import { Composer } from './composer.tsx';
import { EmptyStage } from './empty-stage.tsx';

/** A direct conversation before its first message. If one with that user exists, it opens instead. */
export function DraftScreen({ handle }: { readonly handle: string }) {
  const chat = useChat();
  const [, navigate] = useLocation();
  const person = useQuery({ queryKey: ['person', handle], queryFn: () => chat.api.person(handle) });
  const existing = useInbox().rows?.find((row) => row.kind === 'direct' && row.handle === handle)?.uuid;
  const [keyFor] = useState(requestKeys);

  useEffect(() => {
    if (existing !== undefined) navigate(`/messages/${existing}`, { replace: true });
  }, [existing, navigate]);

  const send = async (text: string, files: readonly AttachedFile[] = []): Promise<void> => {
    const ids = files.map(({ id }) => id);
    const message = await chat.api.send({
      to: { handle },
      text,
      attachments: ids.length > 0 ? ids : undefined,
      key: keyFor([text, ...ids].join('\n')),
      afterSeq: undefined,
    });
    const requestedAt = chat.inbox.moment();
    chat.tookGroup(await chat.api.readGroup(message.message_group_uuid), requestedAt);
    navigate(`/messages/${message.message_group_uuid}`, { replace: true });
  };
  if (person.error && codeOf(person.error) === 'not_found') return <EmptyStage reason="User not found" />;
  if (person.error) return <Failure error={person.error} onRetry={() => void person.refetch()} />;
  if (!person.data) return <Skeleton of="messages" />;
  const { display_name } = person.data;
  return (
    <section className="conversation" aria-label={`New conversation with ${isolateName(display_name)}`}>
      <header className="conversation-head">
        <Link href="/" className="icon-button back" aria-label="Back to conversations">
          <BackIcon />
        </Link>
        <Avatar of={person.data} />
        <span className="person-text">
          <h1 className="conversation-title">
            <Name>{display_name}</Name>
          </h1>
          <span className="quiet">@{handle}</span>
        </span>
      </header>
      <Empty title="Say hello" words="Send a message to start the conversation." />
      <UnlessBlocked name={display_name} handle={handle}>
        <Composer uuid={`new:${handle}`} name={display_name} onSubmit={send} />
      </UnlessBlocked>
    </section>
  );
}
