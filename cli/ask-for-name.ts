import { createInterface } from 'node:readline/promises';
import { UserError } from './user-error.ts';
import { say, type Streams } from './screen.ts';

/** A question before an action that cannot be undone. */
export interface Question {
  /** The action: "This deletes x at AWS". */
  readonly doing: string;
  /** The name that the user must type. */
  readonly name: string;
  /** The effect of --yes: "to delete without a question". */
  readonly withoutQuestion: string;
  /** The outcome of any other answer: "nothing was deleted". */
  readonly nothingDone: string;
}

/** Asks the user to type a table's name. @throws UserError for any other answer, and without a terminal. */
export async function askForName(
  { stdin, stderr }: Streams,
  { doing, name, withoutQuestion, nothingDone }: Question,
): Promise<void> {
  if (!stdin.isTTY)
    throw new UserError(`this is not a terminal, so it cannot ask: give --yes ${withoutQuestion}`);
  say(stderr, `${doing}.`);
  const terminal = createInterface({ input: stdin, output: stderr });
  // While a line is read, Ctrl-C is an event of the reader and not a signal to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // Ctrl-D ends the input without an answer.
  const answer = await terminal.question("Type the table's name to continue: ").catch(() => '');
  terminal.close();
  if (answer.trim() !== name) throw new UserError(`that is not the table's name: ${nothingDone}`);
}
