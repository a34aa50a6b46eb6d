/**
 * Calls between the benchmark and its child processes, over node's IPC channel: named commands, one argument each,
 * one answer each.
 */

/** What a process can be asked. */
export type Commands = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

export interface Call {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };

/** Answers calls in this process until the one that started it is gone; then this one goes too. */
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
