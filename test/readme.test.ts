import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../local/config.ts';
import { cleanEnvironment, useLocalProcesses } from './local/local-process.ts';
import { useTempDirs } from './local/temp-dir.ts';

/** The list of conversations follows the stream: one try proves little. */
const TIMES = 3;
const END_OF_CONVERSATION = 'end of a conversation';
const run = promisify(execFile);
const start = useLocalProcesses();
const tempDir = useTempDirs();

it('the README’s first conversation works as it is written', async () => {
  const readme = readFileSync(`${PACKAGE_ROOT}/README.md`, 'utf8');
  const script = /```sh\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const dataDir = tempDir();
  const url = await start({ dataDir }).ready();
  // The one thing that differs is the port, which another program may use.
  const [tokens, conversation] = split(script.replaceAll('localhost:4567', new URL(url).host));
  const { stdout, stderr } = await run(
    'bash',
    [
      // A bash whose input is a socket, as here, would take itself for one of a network, and read the user's own settings.
      '--norc',
      '-euo',
      'pipefail',
      '-c',
      `${tokens}\nfor TIME in $(seq ${TIMES}); do\n${conversation}\necho '${END_OF_CONVERSATION}'\ndone`,
    ],
    { cwd: PACKAGE_ROOT, env: { ...cleanEnvironment(), DATA_DIR: dataDir } },
  );
  expect(stderr).toBe('');
  const outputs = stdout.split(`${END_OF_CONVERSATION}\n`).slice(0, -1);
  expect(outputs).toHaveLength(TIMES);
  for (const output of outputs) expectConversation(output);
});

/** Splits a script into the lines that print tokens, which are valid for several conversations, and the rest. */
function split(script: string): readonly [tokens: string, conversation: string] {
  const lines = script.split('\n');
  const printsToken = (line: string) => line.includes('./bin/token');
  return [lines.filter(printsToken).join('\n'), lines.filter((line) => !printsToken(line)).join('\n')];
}

function expectConversation(output: string): void {
  const answers = output.split(/(?<=[\]}])\n?(?=[[{])/).map((text) => JSON.parse(text) as unknown);
  const answer = expect.objectContaining({
    message: 'Hello Ada.',
    handle: 'grace',
    client_key: expect.stringMatching(/^answer-\d+$/),
  });
  expect(answers).toEqual([
    expect.objectContaining({ message: 'Hello Grace! 👋', handle: 'ada' }),
    // The list is never an old one: what Ada just wrote is the newest of it.
    expect.arrayContaining([
      expect.objectContaining({ handle: 'ada', message: 'Hello Grace! 👋', last_seq: seqOf(answers[0]) }),
    ]),
    expect.arrayContaining([expect.objectContaining({ message: 'Hello Grace! 👋' })]),
    answer,
    expect.objectContaining({ unread_count: 0 }),
  ]);
}

const seqOf = (answer: unknown): number => z.object({ seq: z.number() }).parse(answer).seq;
