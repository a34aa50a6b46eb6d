import { describe, expect, it } from '@jest/globals';
import { ConfigError, readApiConfig, readTextConfig } from '../../backend/config.ts';
import { readLocalConfig } from '../../local/config.ts';
import { KMS_KEY, OTHER_KMS_KEY } from '../support/fake-kms.ts';

const BYTES = Buffer.alloc(32, 200);
const LOCAL = `laptop:${BYTES.toString('base64')}`;

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readApiConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the keys of texts', () => {
  it('are of KMS, by ARN, or in the environment itself: the first one encrypts', () => {
    const keys = [
      { kind: 'kms', arn: KMS_KEY },
      { kind: 'local', name: 'laptop', key: new Uint8Array(BYTES) },
    ];
    const environment = { TEXT_ENCRYPTION: 'on', TEXT_KEYS: `${KMS_KEY}, ${LOCAL}` };
    for (const read of [readApiConfig, (values: object) => readLocalConfig(values as never).api]) {
      expect(read(environment).texts).toEqual({ encrypts: true, keys });
    }
    expect(readTextConfig(environment)).toEqual({ encrypts: true, keys });
    const mrk = 'arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef';
    expect(readTextConfig({ TEXT_KEYS: mrk })?.keys).toEqual([{ kind: 'kms', arn: mrk }]);
  });

  it('open without sealing, and nothing is said of texts where there is none', () => {
    expect(readApiConfig({ TEXT_KEYS: LOCAL }).texts).toMatchObject({ encrypts: false });
    expect(readApiConfig({ TEXT_KEYS: LOCAL, TEXT_ENCRYPTION: 'off' }).texts).toMatchObject({
      encrypts: false,
    });
    expect(readApiConfig({ TEXT_KEYS: '', TEXT_ENCRYPTION: '' })).not.toHaveProperty('texts');
    expect(readTextConfig({})).toBeUndefined();
  });

  it.each([
    ['TEXT_ENCRYPTION', { TEXT_ENCRYPTION: 'yes' }, 'must be on or off'],
    ['TEXT_KEYS', { TEXT_ENCRYPTION: 'on' }, 'must be set with TEXT_ENCRYPTION=on'],
    ['TEXT_KEYS', { TEXT_KEYS: KMS_KEY.replace('key/', 'alias/') }, 'key 1 must be the ARN of a KMS key'],
    ['TEXT_KEYS', { TEXT_KEYS: `${LOCAL},arn:aws:s3:::bucket` }, 'key 2 must be the ARN of a KMS key'],
    [
      'TEXT_KEYS',
      { TEXT_KEYS: 'secret' },
      'key 1 must be the ARN of a KMS key, or <name>:<32 bytes in base64>',
    ],
    ['TEXT_KEYS', { TEXT_KEYS: 'My key:AAAA' }, 'key 1 must be the ARN of a KMS key, or <name>'],
    ['TEXT_KEYS', { TEXT_KEYS: `${LOCAL},` }, 'key 2 must be the ARN of a KMS key, or <name>'],
    ['TEXT_KEYS', { TEXT_KEYS: 'a:no base64!' }, 'key 1 must be in base64 after its name'],
    [
      'TEXT_KEYS',
      { TEXT_KEYS: `a:${Buffer.alloc(16).toString('base64')}` },
      'key 1 must have 32 bytes, and has 16',
    ],
    ['TEXT_KEYS', { TEXT_KEYS: `${LOCAL},${LOCAL}` }, 'must name each key once'],
    ['TEXT_KEYS', { TEXT_KEYS: `${KMS_KEY},${OTHER_KMS_KEY},${KMS_KEY}` }, 'must name each key once'],
  ])('%s is named where it is wrong: %j', (name, environment, problem) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}: ${problem}`);
  });

  it('are told beside whatever else is wrong, and never shown', () => {
    const secret = Buffer.alloc(31, 7).toString('base64');
    const problems = problemsOf({ PORT: 'x', TEXT_ENCRYPTION: 'on', TEXT_KEYS: `a:${secret},b:?${secret}` });
    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual(['PORT', 'TEXT_KEYS', 'TEXT_KEYS']);
    expect(problems.join('\n')).not.toContain(secret);
  });
});
