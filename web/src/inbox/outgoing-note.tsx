import { useSyncExternalStore } from 'react';
import { useChat } from '../chat/use-chat.ts';

/** Before a preview: whether a message there is being sent, waits for the server, or could not be sent. */
export function OutgoingNote({ uuid }: { readonly uuid: string }) {
  const { outgoing } = useChat();
  switch (useSyncExternalStore(outgoing.subscribe, outgoing.get).get(uuid)) {
    case 'failed':
      return <strong className="failed">Not sent · </strong>;
    case 'held':
      return <span>Waiting · </span>;
    case 'sending':
      return <span>Sending · </span>;
    case undefined:
      return null;
  }
}
