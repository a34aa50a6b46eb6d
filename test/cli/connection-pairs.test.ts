import { Command } from 'commander';
import { expect, it } from '@jest/globals';
import { connectionOptions } from '../../cli/connection.ts';
import { callScript, failsWith, succeeds } from '../bin/run-script.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();

/** The options that a command line gives a script. */
const optionsOf = (...words: string[]) =>
  connectionOptions(new Command()).parse(words, { from: 'user' }).opts<Record<string, unknown>>();

it('each option of a connection can be given as a key and a value', () => {
  const given = {
    endpoint: 'https://vpce-1.example.com/?a=b',
    region: 'eu-west-1',
    profile: 'reader',
    'role-arn': 'arn:aws:iam::123456789012:role/reader',
    'external-id': 'x=y',
    timeout: '500',
    'max-attempts': '2',
    'max-connections': '8',
    table: 'some-table',
  };
  const words = Object.entries(given).flatMap(([key, value]) => [`--${key}`, value]);
  const pairs = Object.entries(given).flatMap(([key, value]) => ['--connection', `${key}=${value}`]);
  const { connection: _last, ...options } = optionsOf(...pairs);
  expect(options).toEqual(optionsOf(...words));
  expect(Object.keys(options)).toHaveLength(Object.keys(given).length);
});

it('the last value of a key counts, whichever way it is given', () => {
  expect(optionsOf('--timeout', '1', '--connection', 'timeout=2')['timeout']).toBe('2');
  expect(optionsOf('--connection', 'timeout=2', '--timeout', '1')['timeout']).toBe('1');
});

it('a script reaches the table by pairs', async () => {
  const { endpoint, tableName } = db();
  const pairs = [`endpoint=${endpoint}`, `table=${tableName}`].flatMap((pair) => ['--connection', pair]);
  expect(await succeeds(callScript('ddb/scan', pairs))).toContain(
    `table ${tableName} at ${endpoint} is empty`,
  );
});

it.each([
  [
    'a key that there is not',
    'retries=3',
    /retries=3: it must be a key and a value, .*the keys are endpoint, region/,
  ],
  ['a key without a value', 'timeout', /timeout: it must be a key and a value/],
  [
    'a value that the option refuses',
    'endpoint=ftp://x',
    /--connection endpoint=ftp:\/\/x: it must be an http or https URL/,
  ],
  ['a number that is none', 'max-attempts=many', /AWS_MAX_ATTEMPTS: must be a whole number/],
])('refuses %s', async (_what, pair, message) => {
  await failsWith(callScript('ddb/scan', ['--connection', pair]), message);
});
