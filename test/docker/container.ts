import type { StartedTestContainer } from 'testcontainers';

let running: StartedTestContainer | undefined;

/** Passes the run's container from jest's global setup to its teardown: they share modules, and nothing else. */
export function setContainer(container: StartedTestContainer): void {
  running = container;
}

/** Ends the run's container. */
export async function stopContainer(): Promise<void> {
  await running?.stop();
}
