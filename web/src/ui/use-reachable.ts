import { useEffect, useEffectEvent } from 'react';
import { onReachable } from '../../../client/src/parts.ts';

/** Calls back whenever the server may be reachable again. */
export function useReachable(listener: () => void): void {
  const call = useEffectEvent(listener);
  useEffect(() => {
    const unmounted = new AbortController();
    onReachable(() => call(), unmounted.signal);
    return () => unmounted.abort();
  }, []);
}
