import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command, CommanderError, InvalidArgumentError } from 'commander';
import wrapAnsi from 'wrap-ansi';
import { explainFailure } from './explain-failure.ts';
import { type Output, say, screenWidth, type Streams } from './screen.ts';

/** Exit status after Ctrl-C, as in shells: 128 plus the number of the signal. */
const INTERRUPTED = 130;

/** Explains capacity units, in the help of the scripts that print them. */
export const UNITS_NOTE =
  'Units are what DynamoDB charges for. A read unit reads up to 4 KB, or up to 8 KB where the newest writes may still ' +
  'be missing. A write unit writes up to 1 KB; in a transaction it counts twice.';

/** Columns that help is wrapped at where there is no terminal: Commander's default. */
const HELP_COLUMNS = 80;

/** Makes a script's command line, which uses these streams. */
export type Script = (streams: Streams) => Command;

/**
 * Makes a command line that is strict, and writes one line for each error.
 * @param examples command lines that its help shows, from the package's root.
 */
export function command(
  { stdout, stderr }: Streams,
  name: string,
  description: string,
  examples: readonly [string, ...string[]],
): Command {
  const script = new Command(name);
  return script
    .description(description)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => helpWidth(stdout),
      getErrHelpWidth: () => helpWidth(stderr),
      outputError: (text) =>
        say(stderr, `${name}: ${explainUsage(text.trim(), script.usage())} (see ${name} --help)`),
    })
    .addHelpText('afterAll', ['\nExamples:', ...examples.map((line) => `  ${line}`)].join('\n'));
}

function helpWidth(output: Output): number {
  const width = screenWidth(output);
  return width === Infinity ? HELP_COLUMNS : width;
}

/** Adds paragraphs to a script's help, before its examples. */
export function addNotes(script: Command, ...notes: readonly string[]): Command {
  const paragraphs = notes.map((note) => wrapAnsi(note, HELP_COLUMNS));
  return script.addHelpText('after', `\n${paragraphs.join('\n\n')}`);
}

/** Our words for Commander's messages; `$1` and so on are parts of its message. */
const WORDINGS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^unknown option '([^']+)'\n\(Did you mean (.+)\?\)$/, 'there is no option $1; there is $2'],
  [/^unknown option '([^']+)'$/, 'there is no option $1'],
  [/^option '(?:-\w, )?(\S+)[^']*' argument missing$/, '$1 needs a value after it'],
  [/^option '(?:-\w, )?(\S+)[^']*' argument '(.*)' is invalid\. (.*)$/s, '$1 $2: $3'],
  [/^command-argument value '(.*)' is invalid for argument '[^']*'\. (.*)$/s, '$1: $2'],
  [/^missing required argument '(.*)'$/, '<$1> is missing: give %usage'],
  [/^too many arguments\..*$/s, 'there are too many words: give %usage'],
];

/** Formats one line about an invalid command line: what is wrong with it, and what would be valid. */
function explainUsage(text: string, usage: string): string {
  const problem = text.replace(/^error: /, '');
  const [pattern, words] = WORDINGS.find(([known]) => known.test(problem)) ?? [];
  if (pattern === undefined || words === undefined) return problem.replaceAll(/\s*\n\s*/g, ' ');
  return problem.replace(pattern, words).replace('%usage', usage.replace(/^\[options\] /, ''));
}

/** Makes the argument for the last word `prod`, without which no script accesses AWS. */
export function prodArgument(): Argument {
  return new Argument('[prod]', 'act on AWS (or on AWS_ENDPOINT_URL where it is set)').argParser(parseProd);
}

function parseProd(text: string): string {
  if (text === 'prod') return text;
  throw new InvalidArgumentError('the last word is prod, to act on AWS, or is left out');
}

/** Parses a whole number that is not negative. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number');
  return Number(text);
}

/** Makes a parser of a limit: a whole number from 1 to the highest. */
export function parseLimit(highest: number): (text: string) => number {
  return (text) => {
    const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (limit >= 1 && limit <= highest) return limit;
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${highest}`);
  };
}

/**
 * Runs a script and returns its exit status: 0, or 1 after a failure, which is one line on stderr.
 * @param words the command line, without the program.
 */
export async function runScript(script: Script, words: readonly string[], streams: Streams): Promise<number> {
  const program = script(streams);
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written what is wrong with the command line; --help is an "error" with status 0.
    if (error instanceof CommanderError) return error.exitCode;
    say(streams.stderr, `${program.name()}: ${explainFailure(error)}`);
    return 1;
  }
}

/**
 * Runs a script in this process, if its file is the program that was started: by its executable, `bin/ddb/seed`, or as
 * `node bin/ddb/seed.ts`. Importing the file runs nothing. Ctrl-C ends the process at once, with status 130.
 * @param url the file's `import.meta.url`.
 */
export async function runAsProgram(url: string, script: Script): Promise<void> {
  if (!isStarted(fileURLToPath(url))) return;
  // The SDK warns once for each process about the next version of Node that it needs.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  process.on('SIGINT', () => process.exit(INTERRUPTED));
  for (const output of [process.stdout, process.stderr]) output.on('error', endQuietly);
  process.exitCode = await runScript(script, process.argv.slice(2), process);
}

/** Says whether this process was started with a script's file, or with the executable next to it. */
function isStarted(file: string): boolean {
  const [, started = ''] = process.argv;
  return existsSync(started) && [file, file.replace(/\.ts$/, '')].includes(realpathSync(started));
}

/** Ends when the reader of the output has closed it, as `head` does. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
