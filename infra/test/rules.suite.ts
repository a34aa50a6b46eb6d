import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { TEMPLATES } from '../templates.ts';
import { pythonProgram } from './support/python.ts';
import { synthesisFolder } from './support/synthesis-folder.ts';
import { EXISTING, STANDBY, synthesise, testApp } from './support/synthesis.ts';

const OWN_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** Deployments that differ in shape, those with the most resources first. LINTED_DEPLOYMENTS is the number of those that are tested. */
const DEPLOYMENTS = Object.entries<Readonly<Record<string, unknown>>>({
  'with everything': { baseline: true, cacheNodes: 2, natGateways: 2, files: true },
  'with a standby': { ...STANDBY, standbyKeyArn: OWN_KEY, textEncryption: 'on' },
  'on an existing table': EXISTING,
  'by default': {},
  'with provisioned units': { billing: 'provisioned', readUnits: 10, writeUnits: 10 },
  'with the key of AWS': { encryptionKey: 'aws-owned', deletionProtection: false, baseline: true },
  'that only decrypts existing texts': { textEncryption: 'reading' },
  'where AWS Config records already': { baseline: true, configRecorder: false },
}).slice(0, Number(process.env['LINTED_DEPLOYMENTS'] ?? Infinity));

const cfnLint = pythonProgram('cfn-lint');
const itLints = cfnLint === undefined ? it.skip : it;

/** The findings of cfn-lint. The CDK itself names a function's role twice (W3005), which does no harm. */
function lint(paths: readonly string[]): string {
  const args = ['--ignore-checks', 'W3005', '--', ...paths];
  const { stdout, stderr } = spawnSync(cfnLint ?? '', args, { encoding: 'utf8' });
  return stdout + stderr;
}

it.each(DEPLOYMENTS)('a deployment %s breaks no rule of AWS Solutions', (_name, context) => {
  expect(synthesise(context).map(({ name }) => name)).toContain('CruddurService');
});

itLints('cfn-lint finds nothing in any template of any deployment', () => {
  const stacks = DEPLOYMENTS.flatMap(([, context]) => synthesise(context));
  const kept = TEMPLATES.map(({ path }) => path).filter((path) => !path.endsWith('policy.json'));
  expect(kept).toHaveLength(5);
  expect(lint([...stacks.map(({ path }) => path), ...kept])).toBe('');
});

describe('an error is found', () => {
  it('by the rules of AWS Solutions: a bucket with default settings', () => {
    const app = testApp();
    new Bucket(new Stack(app, 'Careless'), 'Bucket');
    expect(() => app.synth()).toThrow(/AwsSolutions-S1/);
  });

  itLints('by cfn-lint: a reference to a missing resource', () => {
    const [table] = synthesise();
    const text = readFileSync(table?.path ?? '', 'utf8').replace(
      '"AWS::DynamoDB::GlobalTable"',
      '"AWS::DynamoDB::GlobalTables"',
    );
    const broken = join(synthesisFolder(), 'broken.template.json');
    writeFileSync(broken, text);
    expect(lint([broken])).toContain('AWS::DynamoDB::GlobalTables');
  });
});
