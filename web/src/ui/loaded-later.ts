import { useSyncExternalStore } from 'react';
import { Subject } from '../../../client/src/index.ts';

/**
 * Makes a hook that returns a part of the code once it is loaded. Where it cannot be loaded, what it would add is missing, and
 * the next component that uses it tries again. What the user asked for needs more than that (see on-demand.tsx).
 */
export function loadedLater<Part>(load: () => Promise<Part>): () => Part | undefined {
  const loaded = new Subject<Part | undefined>(undefined);
  const subscribe = (listener: () => void): (() => void) => {
    if (!loaded.get())
      void load().then(
        (part) => loaded.set(part),
        () => undefined,
      );
    return loaded.subscribe(listener);
  };
  return () => useSyncExternalStore(subscribe, loaded.get);
}
