import { answerCalls } from './calls.ts';
import { EventListeners, type Listener } from './event-listeners.ts';

/* Clients of event streams, in a process of their own: reading thousands of streams would delay what is measured. */

let listeners: EventListeners | undefined;

const commands = {
  /** Opens streams up to a number, of one user after another. */
  openUpTo: async ({
    port,
    count,
    users,
  }: {
    readonly port: number;
    readonly count: number;
    readonly users: readonly Listener[];
  }): Promise<void> => {
    listeners ??= new EventListeners(port);
    await listeners.openUpTo(count, users);
  },
};

/** The commands that the listeners' process accepts. */
export type ListenersCommands = typeof commands;

answerCalls(commands);
