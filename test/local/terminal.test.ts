import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { readyText } from '../../local/terminal.ts';

const READY = {
  url: 'http://localhost:1',
  networkUrls: [],
  dataDir: '/data',
  engine: 'embedded',
  handles: ['ada'],
};

/** The command that is shown for a token, without its variable. */
const tokenCommand = (dataDir: string | undefined): string => {
  const text = readyText(READY, dataDir === undefined ? {} : { DATA_DIR: dataDir });
  return /^ {2}token +TOKEN=\$\((.*)\)$/m.exec(text)?.[1] ?? '';
};

it('shows DATA_DIR without quotes if possible, and not at all if it is not set', () => {
  expect(tokenCommand(undefined)).toBe('./bin/token ada');
  expect(tokenCommand('../some-data_1')).toBe('DATA_DIR=../some-data_1 ./bin/token ada');
});

it.each(['/with a space', "/it's", '/$HOME `id` "x" \\ ;&|#~*', '~', '/daten/größe'])(
  'shows commands that mean the DATA_DIR %s to a shell',
  (dataDir) => {
    // Instead of the script, a program runs that prints its arguments.
    const command = tokenCommand(dataDir).replaceAll('./bin/token ada', 'printenv DATA_DIR');
    const { stdout } = spawnSync('bash', ['-c', `TOKEN=$(${command}); echo "$TOKEN"`], { encoding: 'utf8' });
    expect(stdout).toBe(`${dataDir}\n`);
  },
);

it('fits 80 columns, and warns if other machines can reach it', () => {
  const handles = ['ada', 'al-khwarizmi', 'alan', 'aryabhata', 'grace', 'hedy', 'isaac', 'katherine', 'seki'];
  const networkUrls = [
    'http://192.0.2.2:4567',
    'http://[2001:db8:1:2:3:4:5:6]:4567',
    'http://198.51.100.7:4567',
  ];
  const text = readyText({ ...READY, url: 'http://localhost:4567', handles, networkUrls }, {});
  expect(text).toMatch(/network +http:\/\/192\.0\.2\.2:4567/);
  expect(text).toMatch(/sign in as any user: unset\s+LISTEN_ADDRESS/);
  expect(readyText({ ...READY, handles }, {})).not.toContain('LISTEN_ADDRESS');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
