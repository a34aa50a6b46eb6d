import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { readyText } from '../../local/terminal.ts';

const READY = { url: 'http://localhost:1', dataDir: '/data', engine: 'embedded', handles: ['ada'] };

/** The commands that are shown to be copied. */
const commands = (dataDir: string | undefined) => {
  const text = readyText(READY, dataDir === undefined ? {} : { DATA_DIR: dataDir });
  const shown = (label: string): string => new RegExp(`^ {2}${label} +(.*)$`, 'm').exec(text)?.[1] ?? '';
  return { signIn: shown('token'), attempt: shown('try') };
};

it('shows DATA_DIR plainly where that will do, and not at all where it is not set', () => {
  expect(commands(undefined).signIn).toBe('./bin/token ada');
  expect(commands('../some-data_1').signIn).toBe('DATA_DIR=../some-data_1 ./bin/token ada');
});

it.each(['/with a space', "/it's", '/$HOME `id` "x" \\ ;&|#~*', '~', '/daten/größe'])(
  'shows commands that mean the DATA_DIR %s to a shell',
  (dataDir) => {
    // In the place of the script stands something that prints what it is given.
    const value = (command: string): string =>
      spawnSync('bash', ['-c', command.replaceAll('./bin/token ada', 'printenv DATA_DIR')], {
        encoding: 'utf8',
      }).stdout;
    const { signIn, attempt } = commands(dataDir);
    expect(value(signIn)).toBe(`${dataDir}\n`);
    expect(value(attempt.replace(/^curl -H/, 'echo').replace(/ http:\S+$/, ''))).toBe(
      `Authorization: Bearer ${dataDir}\n`,
    );
  },
);
