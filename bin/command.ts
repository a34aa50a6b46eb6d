import { Argument, Command, CommanderError, InvalidArgumentError } from 'commander';
import { explainFailure } from '../local/explain-failure.ts';

/** Exit status after Ctrl-C, as shells have it: 128 and the signal's number. */
const INTERRUPTED = 130;

/** A script's command line: strict, and with one line for each error. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(`${name}: ${text.trim().replace(/^error: /, '')} (see ${name} --help)\n`),
    });
}

/** The last word `prod`: without it, no script touches AWS. */
export function prodArgument(): Argument {
  return new Argument('[prod]', 'act on AWS (or on AWS_ENDPOINT_URL where it is set)').choices(['prod']);
}

/** A whole number that is not negative. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** How many entries to show: a whole number from 1 to the highest. */
export function parseLimit(highest: number): (text: string) => number {
  return (text) => {
    const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (limit >= 1 && limit <= highest) return limit;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${highest}.`);
  };
}

/** Runs a script: a failure is one line on stderr and exit status 1; Ctrl-C ends it at once, with status 130. */
export async function runCommand(script: Command): Promise<void> {
  // The SDK announces its future minimum version of Node once a process.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  process.on('SIGINT', () => process.exit(INTERRUPTED));
  for (const output of [process.stdout, process.stderr]) output.on('error', endQuietly);
  try {
    await script.parseAsync();
  } catch (error) {
    process.exitCode = 1;
    // What is wrong with the command line was said already; --help is an "error" with status 0.
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else process.stderr.write(`${script.name()}: ${explainFailure(error)}\n`);
  }
}

/** Whoever reads the output has enough, as `head` has. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
