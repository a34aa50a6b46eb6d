import { useState } from 'react';
import { isGone, type MessageGroup } from '../../../client/src/index.ts';
import { settingsEntries } from '../inbox/settings-entries.tsx';
import { useSettings } from '../inbox/use-settings.ts';
import { wordsFor } from '../api/wording.ts';
import { useChat } from '../chat/use-chat.ts';
import { useBlocking, useIsBlocked } from '../people/blocks.ts';
import { BlockIcon, MoreIcon } from '../ui/icons.tsx';
import type { MenuEntry } from '../ui/menu.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { onDemand } from '../ui/on-demand.tsx';

const BlockDialog = onDemand(() => import('../people/block-dialog.tsx'));

/** The user's own settings of the open conversation; of a direct one, also whether they block the other user. */
export function HeadMenu({ group }: { readonly group: MessageGroup }) {
  const actions = useSettings(group);
  const [blocks, setBlocks] = useState(false);
  const block = useBlockEntry(group, () => setBlocks(true));
  return (
    <>
      <MenuButton
        label="Conversation settings"
        className="icon-button"
        placement="bottom-end"
        entries={[...settingsEntries(group, actions), ...block]}
      >
        <MoreIcon />
      </MenuButton>
      {blocks && group.handle !== null && (
        <BlockDialog name={group.display_name} handle={group.handle} onClose={() => setBlocks(false)} />
      )}
    </>
  );
}

function useBlockEntry({ handle }: MessageGroup, onBlock: () => void): MenuEntry[] {
  const chat = useChat();
  const { unblock } = useBlocking();
  const isBlocked = useIsBlocked(handle);
  if (handle === null || isGone({ handle })) return [];
  if (!isBlocked)
    return [{ label: 'Block…', icon: <BlockIcon />, danger: true, isApart: true, onSelect: onBlock }];
  const run = () => void unblock({ handle }).catch((error: unknown) => chat.notice.set([wordsFor(error)]));
  return [{ label: 'Unblock', icon: <BlockIcon />, isApart: true, onSelect: run }];
}
