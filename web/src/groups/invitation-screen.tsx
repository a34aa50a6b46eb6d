import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiError, codeOf, type InvitedGroup } from '../../../client/src/index.ts';
import { wordsForCode } from '../api/wording.ts';
import { useChat } from '../chat/use-chat.ts';
import { EmptyStage } from '../conversation/empty-stage.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Failure } from '../ui/failure.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { exactTime } from '../ui/times.ts';
import { memberCount } from './member-count.ts';

/** What an invitation leads to: its group, which the user can join. */
export default function InvitationScreen({ code }: { readonly code: string }) {
  const { api } = useChat();
  const invitation = useQuery({ queryKey: ['invitation', code], queryFn: () => api.readInvite(code) });
  const { data, error } = invitation;
  if (error) {
    if (error instanceof ApiError && error.isTemporary)
      return <Failure error={error} onRetry={() => void invitation.refetch()} />;
    return <EmptyStage reason={reasonOf(error)} />;
  }
  if (!data) return <p className="placeholder quiet appears-late">Loading…</p>;
  return <Invitation code={code} group={data} />;
}

function Invitation({ code, group }: { readonly code: string; readonly group: InvitedGroup }) {
  const chat = useChat();
  const [, navigate] = useLocation();
  const [error, setError] = useState<unknown>();
  const [isJoining, setIsJoining] = useState(false);
  const path = `/messages/${group.message_group_uuid}`;
  const join = async (): Promise<void> => {
    setIsJoining(true);
    setError(undefined);
    try {
      const requestedAt = chat.inbox.moment();
      chat.tookGroup(await chat.api.acceptInvite(code), requestedAt);
      navigate(path, { replace: true });
    } catch (failure) {
      setError(failure);
      setIsJoining(false);
    }
  };
  // It may have expired, or been revoked, since it was opened.
  if (error !== undefined && codeOf(error) === 'not_found') return <EmptyStage reason={reasonOf(error)} />;
  return (
    <section className="invitation" aria-labelledby="invitation-name">
      <Avatar of={{ ...group, kind: 'group', uuid: group.message_group_uuid }} />
      <p className="quiet">{group.joined ? 'You are a member of' : 'You are invited to join'}</p>
      <h1 id="invitation-name" className="invitation-name">
        <Name>{group.display_name}</Name>
      </h1>
      <p className="quiet">{memberCount(group.member_count)}</p>
      {group.joined ? (
        <Link href={path} className="button primary">
          Open conversation
        </Link>
      ) : (
        <>
          <button
            type="button"
            className="button primary"
            aria-disabled={isJoining}
            onClick={() => {
              if (!isJoining) void join();
            }}
          >
            {isJoining ? 'Joining…' : 'Join'}
          </button>
          <p className="quiet">
            The invitation is valid until{' '}
            <time dateTime={group.expires_at}>{exactTime(group.expires_at)}</time>.
          </p>
        </>
      )}
      <Problem error={error} />
      <Link href="/" className="button plain">
        Go to conversations
      </Link>
    </section>
  );
}

/** The API does not say whether an invitation has expired, was revoked, or never existed. */
function reasonOf(error: unknown): string {
  const failure = codeOf(error);
  return wordsForCode(failure === 'not_found' ? 'invite_not_found' : failure);
}
