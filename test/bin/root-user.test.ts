import { expect, it } from '@jest/globals';
import { useTempDirs } from '../local/temp-dir.ts';
import { callScript, failsWith } from './run-script.ts';
import { SCRIPTS } from './script-names.ts';
import { withCaller } from './with-caller.ts';

const tempDir = useTempDirs();

/** Scripts that never use credentials of AWS. */
const LOCAL = ['canary', 'token'];
/** Arguments that each script needs, before the last word. Those of a directory get one. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'ddb/compare': ['one-table', 'another-table'],
  'ddb/drop': ['a-table', '--yes'],
  'ddb/dump': ['./new'],
  'ddb/import-cruddur': ['--from', 'a-table', '--users', './users.csv'],
  'ddb/load': ['./dump'],
  'ddb/patterns/get-conversation': ['01HZX3V8Q2W4Y6Z8A0B2C4D6E8'],
  'ddb/redrive': ['https://sqs.eu-west-1.amazonaws.com/123456789012/failures'],
};

it.each(SCRIPTS.filter((script) => !LOCAL.includes(script)))(
  '%s refuses the root user on AWS',
  async (script) => {
    await withCaller('arn:aws:iam::123456789012:root', async (env) => {
      const directory = tempDir();
      const words = (ARGUMENTS[script] ?? []).map((word) => word.replace(/^\./, directory));
      const outcome = await callScript(script, [...words, 'prod'], { env });
      expect(`${outcome.stdout}${outcome.stderr}`).toContain('is the root user');
      expect(outcome.status).toBe(1);
    });
  },
);

it('a script whose caller cannot be asked for does nothing', async () => {
  await withCaller('arn:aws:iam::123456789012:role/operator', async (env) => {
    const nobody = { ...env, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' };
    await failsWith(
      callScript('ddb/list-tables', ['prod'], { env: nobody }),
      /127\.0\.0\.1:9|ECONNREFUSED|reach/,
    );
  });
});
