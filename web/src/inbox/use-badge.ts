import { useEffect, useSyncExternalStore } from 'react';
import type { Badge } from '../../../client/src/index.ts';
import { markOf } from '../../../client/src/parts.ts';
import { useChat } from '../chat/use-chat.ts';

/** A message that arrives in the open conversation counts as unread until it is marked as read: the badge waits, in milliseconds. */
const SETTLED_MS = 400;

/** Shows what is unread in the title of the page, in its icon, and on the icon of the installed app. */
export function useBadge(): void {
  const { count } = useChat().badge;
  const badge = useSyncExternalStore(count.subscribe, count.get);
  useEffect(() => {
    const timer = setTimeout(() => showBadge(badge), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [badge]);
}

function showBadge(badge: Badge): void {
  const mark = markOf(badge);
  document.title = mark === '' ? 'Cruddur' : `(${mark}) Cruddur`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (icon) icon.href = mark === '' ? '/icon.svg' : '/icon-unread.svg';
  // Only secure pages have it, and not in every browser. It may be refused.
  if (!('setAppBadge' in navigator)) return;
  const shown = mark === '' ? navigator.clearAppBadge() : navigator.setAppBadge(badge.messages || undefined);
  shown.catch(() => undefined);
}
