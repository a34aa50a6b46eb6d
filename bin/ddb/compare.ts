import { meterCapacity } from '../../backend/table/capacity-meter.ts';
import { UserError } from '../../cli/user-error.ts';
import { addNotes, command, prodArgument, runAsProgram, UNITS_NOTE, type Script } from '../../cli/command.ts';
import { say, type Output } from '../../cli/screen.ts';
import { countOf, presentUsage } from '../../cli/present-numbers.ts';
import { startProgress } from '../../cli/progress-bar.ts';
import { oneLine } from '../../cli/text-width.ts';
import { type ConnectionOptions, connectionOptions, patient, withConnection } from '../../cli/connection.ts';
import { compareSides, type ItemDifference } from '../../cli/dumps/compare-items.ts';
import { openSource } from '../../cli/dumps/open-source.ts';

interface Options extends ConnectionOptions {
  readonly values?: boolean;
  readonly json?: boolean;
}

/** The command line of `bin/ddb/compare`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(streams, 'compare', 'Compares every item of two tables, or of a table and a dump.', [
        './bin/ddb/compare cruddur-messages ./monday',
        './bin/ddb/compare one-table another-table --values',
      ]),
      { table: false },
    )
      .argument('<first>', 'a table, or the directory of a dump: a word with a slash, such as ./monday')
      .argument('<second>', 'the same')
      .addArgument(prodArgument())
      .option('--values', 'show the values that differ, which may be texts of messages')
      .option('--json', 'print a JSON array')
      .action(
        (
          first: string,
          second: string,
          prod: string | undefined,
          { values = false, json, ...options }: Options,
        ) =>
          withConnection(patient(options), prod, async ({ client, where }) => {
            const sides = [
              await openSource(client, where, first),
              await openSource(client, where, second),
            ] as const;
            const progress = startProgress(streams.stderr, 'items');
            const printer = json ? jsonPrinter(streams.stdout) : linePrinter(streams.stdout, first, second);
            let read = 0;
            let differences = 0;
            const onItem = () => {
              read += 1;
              progress.add(1);
            };
            const usage = await meterCapacity(client).measure(async () => {
              try {
                for await (const difference of compareSides(...sides, { withValues: values, onItem })) {
                  progress.stop();
                  differences += 1;
                  printer.print(difference);
                }
              } finally {
                progress.stop();
              }
            });
            printer.end();
            const note = `${read.toLocaleString('en')} items of both were read; ${presentUsage(usage)}`;
            say(json ? streams.stderr : streams.stdout, note);
            if (differences > 0) throw new UserError(differ(differences, first, second));
            if (!json) say(streams.stdout, `${first} and ${second} are alike`);
          }),
      ),
    'The exit status is 1 when anything differs. Compare tables while no client writes to them.',
    UNITS_NOTE,
  );

function differ(count: number, first: string, second: string): string {
  return `${countOf(count, 'item')} ${count === 1 ? 'differs' : 'differ'} between ${first} and ${second}`;
}

interface Printer {
  print(difference: ItemDifference): void;
  end(): void;
}

/** Prints a line for each item, and with values also one for each attribute that differs. */
function linePrinter(output: Output, first: string, second: string): Printer {
  return {
    print: ({ pk, sk, where, attributes }) => {
      const key = oneLine(`${pk}  ${sk}`);
      if (where !== 'both') {
        say(output, `${key}  only in ${where === 'first only' ? first : second}`);
        return;
      }
      say(output, `${key}  ${attributes.map(({ name }) => oneLine(name)).join(', ')}`);
      for (const { name, first: one, second: other } of attributes) {
        if (one === undefined && other === undefined) continue;
        say(output, `  ${oneLine(name)}: ${oneLine(one ?? 'none')} / ${oneLine(other ?? 'none')}`, {
          hanging: 2,
        });
      }
    },
    end: () => undefined,
  };
}

function jsonPrinter(output: Output): Printer {
  let any = false;
  return {
    print: (difference) => {
      output.write(`${any ? ',' : '['}\n${JSON.stringify(difference)}`);
      any = true;
    },
    end: () => output.write(any ? '\n]\n' : '[]\n'),
  };
}

await runAsProgram(import.meta.url, script);
