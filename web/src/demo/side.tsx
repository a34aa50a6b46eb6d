import { Router } from 'wouter';
import { startScreens } from '../start-screens.tsx';
import { BreakableFetch } from './breakable-fetch.ts';
import { Observation } from './observation.ts';
import { ownStorage } from './own-storage.ts';
import { baseOf, readCommand, type Report, type Side } from './sides.ts';

/**
 * Shows the screens as one side of the demo: as they are, in a browser that is as if it was another one. It gives this frame a
 * storage and a network of its own, and no Web Locks, without which the screens open their own event stream: with them, they would
 * get the events of another tab of the same user while their own network is broken.
 */
export async function startSide(side: Side): Promise<void> {
  const { fetch } = globalThis;
  const storage = ownStorage(window.sessionStorage, `demo:${side}:`, () => observation.outgoingChanged());
  const observation = new Observation({
    storage,
    fetch: fetch.bind(globalThis),
    onChange: (observed) => report({ side, ...observed }),
  });
  const breakable = new BreakableFetch(fetch.bind(globalThis), observation);
  Object.defineProperty(window, 'sessionStorage', { value: storage });
  Reflect.deleteProperty(Navigator.prototype, 'locks');
  globalThis.fetch = breakable.fetch;

  window.addEventListener('message', ({ origin, source, data }) => {
    const command = readCommand(data);
    if (origin !== window.location.origin || source !== window.parent || !command) return;
    breakable.set(command.network);
    observation.networkChanged(command.network);
    // As a browser does.
    window.dispatchEvent(new Event(command.network === 'on' ? 'online' : 'offline'));
  });
  observation.outgoingChanged();
  await startScreens((screens) => <Router base={baseOf(side)}>{screens}</Router>);
}

function report(what: Report): void {
  window.parent.postMessage(what, window.location.origin);
}
