import { useLocation } from 'wouter';
import { useChat } from '../chat/use-chat.ts';
import { BLOCKED_ROUTE } from '../routes.ts';
import { Avatar } from '../ui/avatar.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { Name } from '../ui/name.tsx';

/** The user who is signed in, and how to sign out. */
export function OwnMenu({ onSignOut }: { readonly onSignOut: () => void }) {
  const { me } = useChat();
  const [, navigate] = useLocation();
  return (
    <MenuButton
      className="own"
      placement="bottom-start"
      entries={[
        { label: 'Blocked people', onSelect: () => navigate(BLOCKED_ROUTE) },
        { label: 'Sign in as another user in a new tab', newTab: '/' },
        { label: 'Sign out', onSelect: onSignOut },
      ]}
    >
      <Avatar of={me} />
      <span className="person-text">
        <span>
          <span className="for-screen-readers">Signed in as </span>
          <Name>{me.display_name}</Name>
        </span>
        <span className="quiet">@{me.handle}</span>
      </span>
    </MenuButton>
  );
}
