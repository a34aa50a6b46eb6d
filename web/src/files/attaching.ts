import { useSyncExternalStore } from 'react';
import { Subject } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { loadedLater } from '../ui/loaded-later.ts';
import type { TrayState } from './tray.ts';

const useTrays = loadedLater(() => import('./tray-view.tsx'));

const EMPTY = new Subject<TrayState>({ files: [], refusals: [], isSending: false });

/**
 * The files for the next message of a conversation.
 * @param uuid undefined where there are none: in an edit.
 * @returns `parts`: their code and their tray, once that is loaded, and where messages can have files.
 */
export function useAttaching(uuid: string | undefined) {
  const chat = useChat();
  const trays = useTrays();
  const limits = uuid === undefined ? undefined : chat.attachments;
  const tray = limits && uuid !== undefined ? trays?.trayOf(chat, limits, uuid) : undefined;
  const { state } = tray ?? { state: EMPTY };
  const { files, isSending } = useSyncExternalStore(state.subscribe, state.get);
  return {
    isPossible: limits !== undefined,
    parts: trays && tray && { ...trays, tray },
    hasFiles: files.length > 0,
    isSending,
  };
}

/** What `useAttaching` returns. */
export type Attaching = ReturnType<typeof useAttaching>;
