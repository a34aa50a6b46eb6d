import { useState } from 'react';
import { wordsFor } from '../api/wording.ts';
import type { PublicGroup } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { More } from '../ui/more.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { memberCount } from './member-count.ts';
import { type FoundGroups, usePublicGroups } from './use-public-groups.ts';

interface Props {
  readonly onClose: () => void;
  readonly onOpen: (path: string) => void;
}

/** The groups that any user can find and join. */
export default function PublicGroupsDialog({ onClose, onOpen }: Props) {
  const chat = useChat();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>();
  const [joining, setJoining] = useState<string>();
  const groups = usePublicGroups(typed);

  const join = async (uuid: string): Promise<void> => {
    setJoining(uuid);
    setError(undefined);
    try {
      const requestedAt = chat.inbox.moment();
      chat.tookGroup(await chat.api.joinGroup(uuid), requestedAt);
      onOpen(`/messages/${uuid}`);
    } catch (failure) {
      setError(failure);
      setJoining(undefined);
    }
  };
  return (
    <Dialog title="Public groups" onClose={onClose}>
      <p className="quiet">Anyone can join these groups, and then reads all of their messages.</p>
      <label className="field">
        Group name
        <input
          type="search"
          dir="auto"
          autoComplete="off"
          autoFocus
          placeholder="Search by the beginning of the name"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <p className="search-note quiet" role="status">
        {groups.error ? wordsFor(groups.error) : noteOf(groups, typed)}
      </p>
      <Problem error={error} />
      <ul className="people" aria-label="Public groups" tabIndex={-1}>
        {groups.found?.map((group) => (
          <GroupItem
            key={group.uuid}
            group={group}
            isJoining={joining === group.uuid}
            onJoin={() => {
              if (joining === undefined) void join(group.uuid);
            }}
            onOpen={() => onOpen(`/messages/${group.uuid}`)}
          />
        ))}
        {groups.hasMore && (
          <li>
            <More label="Show more groups" isLoading={groups.isLoadingMore} onMore={groups.loadMore} />
          </li>
        )}
      </ul>
    </Dialog>
  );
}

function GroupItem(props: {
  readonly group: PublicGroup;
  readonly isJoining: boolean;
  readonly onJoin: () => void;
  readonly onOpen: () => void;
}) {
  const { group, isJoining } = props;
  const name = isolateName(group.display_name);
  return (
    <li className="member">
      <Avatar of={group} />
      <span className="person-text">
        <Name>{group.display_name}</Name>
        <span className="quiet">{memberCount(group.member_count)}</span>
      </span>
      {group.joined ? (
        <>
          <span className="role">Joined</span>
          <button type="button" className="button" aria-label={`Open ${name}`} onClick={props.onOpen}>
            Open
          </button>
        </>
      ) : (
        <button
          type="button"
          className="button primary"
          aria-label={`Join ${name}`}
          aria-disabled={isJoining}
          onClick={props.onJoin}
        >
          {isJoining ? 'Joining…' : 'Join'}
        </button>
      )}
    </li>
  );
}

function noteOf({ found, hasMore }: FoundGroups, typed: string): string {
  if (found === undefined || (found.length === 0 && hasMore)) return 'Searching…';
  if (found.length > 0) return '';
  return typed.trim() === '' ? 'There are no public groups yet.' : 'No public groups found.';
}
