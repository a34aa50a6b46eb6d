import { createInterface } from 'node:readline/promises';
import { UserError } from '../local/user-error.ts';

/** Something that cannot be taken back. */
export interface Question {
  /** What is about to be done: "Deleting x at AWS, for ever". */
  readonly doing: string;
  /** What has to be typed. */
  readonly name: string;
  /** What --yes does: "to delete without a question". */
  readonly withoutQuestion: string;
  /** What is said of another answer: "nothing was deleted". */
  readonly nothingDone: string;
}

/** Has a table's name typed. @throws UserError for another answer, and where nobody can be asked. */
export async function askForName({ doing, name, withoutQuestion, nothingDone }: Question): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError(`nobody can be asked here: give --yes ${withoutQuestion}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While a line is being read, Ctrl-C comes here and not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // Ctrl-D is no answer.
  const answer = await terminal.question(`${doing}. Type the table's name: `).catch(() => '');
  terminal.close();
  if (answer.trim() !== name) throw new UserError(`that is not its name: ${nothingDone}`);
}
