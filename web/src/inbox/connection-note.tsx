import { useSyncExternalStore } from 'react';
import { useChat } from '../chat/use-chat.ts';

/** Shows that the connection is lost. */
export function ConnectionNote() {
  const { connection } = useChat().stream;
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  return (
    <p className="connection" role="status" data-state={state}>
      {state === 'offline' && 'No connection. Reconnecting…'}
    </p>
  );
}
