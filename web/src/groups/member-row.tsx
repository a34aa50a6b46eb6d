import { useState } from 'react';
import { useLocation } from 'wouter';
import { isGone, type Member, type Role } from '../../../client/src/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { isolateName } from '../../../schema/isolate-name.ts';
import type { MenuEntry } from '../ui/menu.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { Name } from '../ui/name.tsx';
import { HandOverDialog } from './hand-over-dialog.tsx';
import { mayChangeRole, mayRemove } from './permissions.ts';

interface Props {
  readonly member: Member;
  readonly isMe: boolean;
  /** The user's own role. */
  readonly role: Role | undefined;
  readonly onRole: (role: Role) => void;
  readonly onRemove: () => void;
}

const ROLE_NAMES: Readonly<Record<Role, string>> = { owner: 'Owner', admin: 'Admin', member: '' };

/** A member of a group, and the actions that the user's role allows. */
export function MemberRow(props: Props) {
  const { member, isMe } = props;
  const [asks, setAsks] = useState<boolean>();
  const [handsOver, setHandsOver] = useState(false);
  return (
    <>
      <Avatar of={member} />
      <span className="person-text">
        <span>
          <Name>{member.display_name}</Name>
          {isMe && <span className="quiet"> (you)</span>}
        </span>
        <span className="quiet">@{member.handle}</span>
      </span>
      {ROLE_NAMES[member.role] !== '' && <span className="role">{ROLE_NAMES[member.role]}</span>}
      {asks ? (
        <span className="member-asks">
          <button type="button" className="button danger" autoFocus onClick={props.onRemove}>
            {isMe ? 'Leave' : 'Remove'}
          </button>
          <button type="button" className="button" onClick={() => setAsks(false)}>
            Cancel
          </button>
        </span>
      ) : (
        <MemberMenu
          {...props}
          autoFocus={asks === false}
          onAskRemove={() => setAsks(true)}
          onAskHandOver={() => setHandsOver(true)}
        />
      )}
      {handsOver && (
        <HandOverDialog
          name={member.display_name}
          onConfirm={() => props.onRole('owner')}
          onClose={() => setHandsOver(false)}
        />
      )}
    </>
  );
}

function MemberMenu({
  member,
  isMe,
  role,
  autoFocus,
  onRole,
  onAskRemove,
  onAskHandOver,
}: Props & {
  /** Whether it takes the focus back after the user cancelled. */
  readonly autoFocus: boolean;
  readonly onAskRemove: () => void;
  readonly onAskHandOver: () => void;
}) {
  const [, navigate] = useLocation();
  const admin = member.role === 'admin';
  const entries: MenuEntry[] = isMe
    ? [{ label: 'Leave group…', danger: true, onSelect: onAskRemove }]
    : isGone(member)
      ? []
      : [{ label: 'Send message', onSelect: () => navigate(`/messages/new/${member.handle}`) }];
  if (!isMe && !isGone(member) && mayChangeRole(role, member)) {
    entries.push(
      {
        label: admin ? 'Remove as admin' : 'Make admin',
        onSelect: () => onRole(admin ? 'member' : 'admin'),
      },
      { label: 'Hand over group…', onSelect: onAskHandOver },
    );
  }
  if (!isMe && mayRemove(role, member)) {
    entries.push({ label: 'Remove from group…', danger: true, onSelect: onAskRemove });
  }
  if (entries.length === 0) return null;
  return (
    <MenuButton
      label={`Actions for ${isolateName(member.display_name)}`}
      className="icon-button"
      placement="bottom-end"
      autoFocus={autoFocus}
      entries={entries}
    >
      <MoreIcon />
    </MenuButton>
  );
}
