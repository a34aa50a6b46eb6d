import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Member, MessageGroupView, Person } from '../api/shapes.ts';
import { useChat } from '../chat/use-chat.ts';
import { PeopleSearch } from '../people/people-search.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { sentence } from '../ui/sentence.ts';
import { MemberRow } from './member-row.tsx';
import { mayManage } from './permissions.ts';
import { RenameForm } from './rename-form.tsx';

/** The members of a group, and the actions that the user's role allows. */
export default function MembersDialog(props: {
  readonly view: MessageGroupView;
  readonly onClose: () => void;
}) {
  const { view, onClose } = props;
  const { api, me, ...chat } = useGroupActions(view);
  const role = view.members.find(({ user_uuid }) => user_uuid === me.uuid)?.role;
  const manages = mayManage(role);
  return (
    <Dialog title="Group info" onClose={onClose}>
      {manages && (
        <RenameForm
          name={view.name ?? ''}
          onRename={(name) => chat.run(() => api.renameGroup(view.uuid, name))}
        />
      )}
      <ul className="people" aria-label="Members" tabIndex={-1}>
        {inOrder(view.members).map((member) => (
          <MemberRow
            key={member.user_uuid}
            member={member}
            isMe={member.user_uuid === me.uuid}
            role={role}
            onRole={(next) => chat.run(() => api.changeRole(view.uuid, member.handle, next))}
            onRemove={() => chat.leave(member)}
          />
        ))}
      </ul>
      <Problem error={chat.error} />
      {manages && (
        <PeopleSearch
          label="Add member"
          without={view.members.map(({ user_uuid }) => user_uuid)}
          onPick={(person: Person) => chat.run(() => api.addMember(view.uuid, person.handle))}
        />
      )}
    </Dialog>
  );
}

function useGroupActions({ uuid, display_name: name }: MessageGroupView) {
  const chat = useChat();
  const [, navigate] = useLocation();
  const [error, setError] = useState<unknown>();
  const attempt = (action: () => Promise<void>): void => {
    setError(undefined);
    action().catch(setError);
  };
  return {
    api: chat.api,
    me: chat.me,
    error,
    /** Runs an action that returns the group's new state. */
    run: (action: () => Promise<MessageGroupView>) => attempt(async () => chat.tookGroup(await action())),
    /** Removes a member, or the user themselves. */
    leave: (member: Member) =>
      attempt(async () => {
        await chat.api.removeMember(uuid, member.user_uuid);
        if (member.user_uuid !== chat.me.uuid) {
          chat.tookGroup(await chat.api.readGroup(uuid));
          return;
        }
        // The event may have arrived before this response, and the user may have opened another conversation since.
        if (chat.isShown(uuid)) navigate('/');
        chat.tookLeave(uuid);
        chat.notice.set(sentence`You left ${name}`);
      }),
  };
}

const ORDER = { owner: 0, admin: 1, member: 2 } as const;

function inOrder(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) => ORDER[a.role] - ORDER[b.role] || a.display_name.localeCompare(b.display_name),
  );
}
