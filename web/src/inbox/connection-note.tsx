import { useSyncExternalStore } from 'react';
import { useChat } from '../chat/use-chat.ts';

/** Says so while nothing new can come. */
export function ConnectionNote() {
  const { connection } = useChat().stream;
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  return (
    <p className="connection" role="status" data-state={state}>
      {state === 'offline' && 'Offline. Trying to connect …'}
    </p>
  );
}
