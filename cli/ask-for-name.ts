import { createInterface } from 'node:readline/promises';
import { UserError } from './user-error.ts';
import { say, type Streams } from './screen.ts';

/** Something that cannot be taken back. */
export interface Question {
  /** What is about to be done: "This deletes x at AWS". */
  readonly doing: string;
  /** What has to be typed. */
  readonly name: string;
  /** What --yes does: "to delete without a question". */
  readonly withoutQuestion: string;
  /** What is said of another answer: "nothing was deleted". */
  readonly nothingDone: string;
}

/** Has a table's name typed. @throws UserError for another answer, and where nobody can be asked. */
export async function askForName(
  { stdin, stderr }: Streams,
  { doing, name, withoutQuestion, nothingDone }: Question,
): Promise<void> {
  if (!stdin.isTTY)
    throw new UserError(`this is not a terminal, so it cannot ask: give --yes ${withoutQuestion}`);
  say(stderr, `${doing}.`);
  const terminal = createInterface({ input: stdin, output: stderr });
  // While a line is being read, Ctrl-C comes here and not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // Ctrl-D is no answer.
  const answer = await terminal.question("Type the table's name to go on: ").catch(() => '');
  terminal.close();
  if (answer.trim() !== name) throw new UserError(`that is not the table's name: ${nothingDone}`);
}
