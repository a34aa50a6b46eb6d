import type { Change, Channel, Subscriptions } from './changes.ts';

/** A subscription from its request to its end. */
export interface ActiveSubscription {
  /** Resolved once the subscription is active, or has ended. */
  readonly standing: Promise<void>;
  readonly end: () => void;
}

/** Subscribes to a channel. @param receive called with each change, and not with `ready`. */
export function subscribeTo(
  subscriptions: Subscriptions,
  channel: Channel,
  receive: (change: Change) => void,
): ActiveSubscription {
  let stand = (): void => undefined;
  const standing = new Promise<void>((resolve) => {
    stand = resolve;
  });
  const unsubscribe = subscriptions.subscribe(channel, (event) => {
    if (event.kind === 'ready') stand();
    else receive(event);
  });
  const end = () => {
    unsubscribe();
    // Nothing waits for a subscription that has ended.
    stand();
  };
  return { standing, end };
}
