import { useLocation } from 'wouter';
import { wordsFor } from '../api/wording.ts';
import type { MessageGroup, OwnSettings } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { type Sentence, sentence } from '../ui/sentence.ts';

/** What the user can do with a conversation of their list. A failure is shown as a notice. */
export interface SettingsActions {
  readonly mute: (muted: OwnSettings['muted']) => void;
  readonly favourite: (is: boolean) => void;
  readonly archive: (is: boolean) => void;
  readonly markUnread: (is: boolean) => void;
}

/** Changes the user's own settings of a conversation. */
export function useSettings({ uuid, display_name, last_seq }: MessageGroup): SettingsActions {
  const chat = useChat();
  const [, navigate] = useLocation();
  const attempt = (action: () => Promise<void>, done?: Sentence): void => {
    chat.notice.set(done);
    action().catch((error: unknown) => chat.notice.set([wordsFor(error)]));
  };
  const change = (change: Partial<OwnSettings>, done?: Sentence): void =>
    attempt(() => chat.inbox.changeSettings(uuid, change), done);
  /** What is put aside is not open any more: an open conversation would be read at once. */
  const close = (): void => {
    if (chat.isShown(uuid)) navigate('/');
  };
  return {
    mute: (muted) => change({ muted }),
    favourite: (favourite) => change({ favourite }),
    archive: (archived) => {
      if (archived) close();
      change({ archived }, archived ? sentence`${display_name} was archived` : undefined);
    },
    markUnread: (is) => {
      if (is) close();
      if (is) change({ marked_unread: true });
      // It also ends that the conversation is marked as unread.
      else attempt(() => chat.markRead(uuid, last_seq));
    },
  };
}
