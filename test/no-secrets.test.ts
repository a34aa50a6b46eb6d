import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { lintSource } from '@secretlint/core';
import { creator, rules } from '@secretlint/secretlint-rule-preset-recommend';
import { generateKeyPair, exportPKCS8 } from 'jose';
import { PACKAGE_ROOT } from '../local/config.ts';
import { createTestIssuer } from './support/test-issuer.ts';

/*
 * No file that is kept has a secret in it: a private key, a key of AWS or of another service, a password in a URL, a
 * token. What is made up for tests is made when they run.
 */

const PRESET = '@secretlint/secretlint-rule-preset-recommend';
/** AWS's ids of keys and of accounts are looked for too; not the account of its own examples. */
const OPTIONS: Readonly<Record<string, object>> = {
  '@secretlint/secretlint-rule-aws': { enableIDScanRule: true, allows: ['/123456789012/'] },
};
const config = {
  rules: [
    {
      id: PRESET,
      rule: creator,
      rules: rules.map(({ meta: { id } }) => ({ id, options: OPTIONS[id] ?? {} })),
    },
  ],
};
/** A signed token. */
const TOKEN = /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/;
/** Pictures and the like. */
const isText = (bytes: Buffer) => !bytes.includes(0);

/** What is kept in git, or undefined where that cannot be told. */
function keptFiles(): string[] | undefined {
  try {
    const list = execFileSync('git', ['ls-files', '-z'], {
      cwd: PACKAGE_ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const files = list.split('\0').filter((path) => path !== '' && existsSync(join(PACKAGE_ROOT, path)));
    return files.length > 0 ? files : undefined;
  } catch {
    return undefined;
  }
}

/** What looks like a secret in a text, a line each, without the secret. */
async function secretsIn(filePath: string, content: string): Promise<string[]> {
  const source = { filePath, content, ext: '', contentType: 'text' as const };
  const { messages } = await lintSource({
    source,
    options: { config, maskSecrets: true, noPhysicFilePath: true },
  });
  const found = messages.map(({ loc, ruleId }) => `${filePath}:${loc.start.line} ${ruleId}`);
  return TOKEN.test(content) ? [...found, `${filePath} has a token`] : found;
}

// It measures each rule for each file, and looks through all earlier measurements at each: five seconds of CPU time.
beforeAll(() => {
  const mark = performance.mark('none');
  jest.spyOn(performance, 'mark').mockReturnValue(mark);
});

const files = keptFiles();
if (!files) process.stdout.write('skipped: what is kept is not told by git here\n');

(files ? it : it.skip)('no file that is kept has a secret in it', async () => {
  const found: string[] = [];
  for (const path of files ?? []) {
    const bytes = readFileSync(join(PACKAGE_ROOT, path));
    if (isText(bytes)) found.push(...(await secretsIn(path, bytes.toString('utf8'))));
  }
  expect(found).toEqual([]);
});

describe('it would be found', () => {
  it('were it a private key', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    expect(await secretsIn('key.pem', await exportPKCS8(privateKey))).toHaveLength(1);
  });

  it('were it a key of AWS', async () => {
    const [id, secret] = [randomBytes(8).toString('hex').toUpperCase(), randomBytes(20).toString('hex')];
    const file = `AWS_ACCESS_KEY_ID=AKIA${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`;
    expect(await secretsIn('.env', file)).toHaveLength(2);
    expect(await secretsIn('notes.md', `the session of ASIA${id}`)).toHaveLength(1);
  });

  it('were it a password in a URL', async () => {
    const password = 'correct-horse';
    expect(
      await secretsIn('config.ts', `const url = 'https://ada:${password}@db.internal.net/x';`),
    ).toHaveLength(1);
  });

  it('were it a token', async () => {
    const issuer = await createTestIssuer();
    expect(await secretsIn('notes.md', `Use ${await issuer.sign()} for now.`)).toHaveLength(1);
  });
});
