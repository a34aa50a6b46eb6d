import { Link } from 'wouter';
import { isGone, type Named } from '../../../../client/src/index.ts';
import { useChat } from '../../chat/use-chat.ts';

/** A user whom a text mentions, by the name that they have now; a press leads to the conversation with them. */
export function Mention({ of }: { readonly of: Named | 'all' }) {
  const { me } = useChat();
  if (of === 'all') return <MentionText isOwn>all</MentionText>;
  const isOwn = of.user_uuid === me.uuid;
  if (isOwn || isGone(of)) return <MentionText isOwn={isOwn}>{of.display_name}</MentionText>;
  return (
    <Link className="mention" href={`/messages/new/${of.handle}`} title={`@${of.handle}`}>
      <bdi dir="auto">@{of.display_name}</bdi>
    </Link>
  );
}

function MentionText({ isOwn, children }: { readonly isOwn: boolean; readonly children: string }) {
  return (
    <span className="mention" data-own={isOwn}>
      <bdi dir="auto">@{children}</bdi>
    </span>
  );
}
