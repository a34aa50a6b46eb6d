import { useSyncExternalStore } from 'react';
import { useChat } from '../chat/use-chat.ts';

/** Before a preview: that something written there is on its way, or could not be sent. */
export function OutgoingNote({ uuid }: { readonly uuid: string }) {
  const { outgoing } = useChat();
  switch (useSyncExternalStore(outgoing.subscribe, outgoing.get).get(uuid)) {
    case 'failed':
      return <strong className="failed">Not sent · </strong>;
    case 'sending':
      return <span>Sending · </span>;
    case undefined:
      return null;
  }
}
