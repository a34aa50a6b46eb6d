/**
 * Calls between the benchmark and its child processes, over node's IPC channel: named commands, with one argument and
 * one result each.
 */

/** The commands that a process accepts. */
export type Commands = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

export interface Call {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };

/** Handles calls in this process until the process that started it ends; then this one ends too. */
export function answerCalls(commands: Commands): void {
  process.on('message', (message) => {
    void answer(commands, message as Call).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(commands: Commands, { id, command, argument }: Call): Promise<Answer> {
  try {
    return { id, result: await commands[command]?.(argument as never) };
  } catch (error) {
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
