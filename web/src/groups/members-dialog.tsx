import { type SubmitEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Member, MessageGroupView, Person } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { sentence } from '../ui/sentence.ts';
import { InvitesDialog } from './invites-dialog.tsx';
import { MemberList } from './member-list.tsx';
import { MemberRow } from './member-row.tsx';
import { PeoplePicker } from './people-picker.tsx';
import { mayManage } from './permissions.ts';
import { RenameForm } from './rename-form.tsx';
import { useMembers } from './use-members.ts';
import { VisibilitySetting } from './visibility-setting.tsx';

/** What a group is, its members, and the actions that the user's role allows. */
export default function MembersDialog(props: {
  readonly view: MessageGroupView;
  readonly onClose: () => void;
}) {
  const { view, onClose } = props;
  const { api, me, ...chat } = useGroupActions(view);
  const members = useMembers(view);
  const [showsInvites, setShowsInvites] = useState(false);
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
      <VisibilitySetting
        visibility={view.visibility ?? 'private'}
        mayChange={role === 'owner'}
        onChange={(visibility) => chat.run(() => api.changeVisibility(view.uuid, visibility))}
      />
      {manages && (
        <>
          <AddMembers
            without={members.members.map(({ user_uuid }) => user_uuid)}
            onAdd={(handles) => chat.run(() => api.addMembers(view.uuid, handles))}
          />
          <button type="button" className="button" onClick={() => setShowsInvites(true)}>
            Invite by link…
          </button>
        </>
      )}
      <Problem error={chat.error ?? members.error} />
      <MemberList view={view} members={members}>
        {(member) => (
          <MemberRow
            member={member}
            isMe={member.user_uuid === me.uuid}
            role={role}
            onRole={(next) => chat.run(() => api.changeRole(view.uuid, member.handle, next))}
            onRemove={() => chat.leave(member)}
          />
        )}
      </MemberList>
      {showsInvites && <InvitesDialog group={view} onClose={() => setShowsInvites(false)} />}
    </Dialog>
  );
}

function AddMembers(props: {
  readonly without: readonly string[];
  readonly onAdd: (handles: string[]) => void;
}) {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    props.onAdd(people.map(({ handle }) => handle));
    setPeople([]);
  };
  return (
    <form className="dialog-form" onSubmit={submit}>
      <PeoplePicker label="Add members" without={props.without} people={people} onChange={setPeople} />
      {people.length > 0 && (
        <div className="dialog-actions">
          <button type="submit" className="button primary">
            {people.length === 1 ? 'Add 1 member' : `Add ${people.length} members`}
          </button>
        </div>
      )}
    </form>
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
  /** Takes the group's new state from a response. */
  const take = async (action: () => Promise<MessageGroupView>): Promise<void> => {
    const requestedAt = chat.inbox.moment();
    chat.tookGroup(await action(), requestedAt);
  };
  return {
    api: chat.api,
    me: chat.me,
    error,
    /** Runs an action that returns the group's new state. */
    run: (action: () => Promise<MessageGroupView>) => attempt(() => take(action)),
    /** Removes a member, or the user themselves. */
    leave: (member: Member) =>
      attempt(async () => {
        await chat.api.removeMember(uuid, member.user_uuid);
        if (member.user_uuid !== chat.me.uuid) return take(() => chat.api.readGroup(uuid));
        // The event may have arrived before this response, and the user may have opened another conversation since.
        if (chat.isShown(uuid)) navigate('/');
        chat.tookLeave(uuid);
        chat.notice.set(sentence`You left ${name}`);
      }),
  };
}
