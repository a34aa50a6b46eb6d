import { styleText } from 'node:util';
import { UserError } from '../../cli/user-error.ts';
import { addNotes, command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say, type Output } from '../../cli/screen.ts';
import { oneLine } from '../../cli/text-width.ts';
import { type CheckReport, isFine, type Result, runChecks } from '../../cli/checks/check.ts';
import { CONNECTION_CHECKS } from '../../cli/checks/connection-checks.ts';
import { Subject } from '../../cli/checks/subject.ts';
import { TABLE_CHECKS } from '../../cli/checks/table-checks.ts';
import { type ConnectionOptions, connectionOptions } from '../../cli/connection.ts';

const CHECKS = [...CONNECTION_CHECKS, ...TABLE_CHECKS];
const NAME_WIDTH = Math.max(...CHECKS.map(({ name }) => name.length));

/** The command line of `bin/ddb/doctor`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'doctor',
        'Checks the way to the table, and the table: one line a check, and what to do if it fails.',
        ['./bin/ddb/doctor', './bin/ddb/doctor prod --profile work --region eu-west-1'],
      ),
    )
      .addArgument(prodArgument())
      .option('--json', 'print JSON')
      .action(async (prod: string | undefined, options: ConnectionOptions & { json?: boolean }) => {
        const subject = new Subject(options, prod);
        const reports: CheckReport[] = [];
        try {
          for await (const report of runChecks(CHECKS, subject)) {
            reports.push(report);
            if (!options.json) say(streams.stdout, line(streams.stdout, report), { hanging: NAME_WIDTH + 4 });
          }
        } finally {
          subject.close();
        }
        if (options.json) streams.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
        summarise(reports);
      }),
    '✓ holds   ! holds, but see what it says   ✗ fails   – does not apply here, or could not be checked',
  );

/** @throws UserError if a check that applies fails. */
function summarise(reports: readonly CheckReport[]): void {
  const wrong = reports.filter((report) => !isFine(report));
  if (wrong.length === 0) return;
  const failed = wrong.filter(({ result }) => result === 'fails').map(({ check }) => check);
  const unknown = wrong.length - failed.length;
  const rest = unknown > 0 ? `, and ${unknown} more cannot be checked` : '';
  throw new UserError(`${failed.join(', ')} failed${rest}: the report says what to do`);
}

function line(output: Output, { check, result, text }: CheckReport): string {
  return `${mark(output, result)} ${check.padEnd(NAME_WIDTH)}  ${oneLine(text)}`;
}

/** Coloured on a terminal only, which styleText detects. */
function mark(output: Output, result: Result): string {
  switch (result) {
    case 'holds':
      return styleText('green', '✓', { stream: output });
    case 'warns':
      return styleText('yellow', '!', { stream: output });
    case 'fails':
      return styleText('red', '✗', { stream: output });
    case 'absent':
    case 'not_checked':
      return styleText('gray', '–', { stream: output });
  }
}

await runAsProgram(import.meta.url, script);
