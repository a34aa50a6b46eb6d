import * as z from 'zod';
import type { CloudTemplate, Stack } from './synthesis.ts';

/*
 * The policies of templates as plain IAM policies: references become values of the kind that they would have, so that a tool
 * that knows no CloudFormation can check which actions go with which resources.
 */

const PLACE = 'us-east-1:123456789012';
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
};
const TABLE = `arn:aws:dynamodb:${PLACE}:table/cruddur-messages`;
/** The ARN of an example of each type that a policy refers to. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::Backup::BackupVault': `arn:aws:backup:${PLACE}:backup-vault:example`,
  'AWS::DynamoDB::GlobalTable': TABLE,
  'AWS::KMS::Key': `arn:aws:kms:${PLACE}:key/11111111-2222-3333-4444-555555555555`,
  'AWS::Logs::LogGroup': `arn:aws:logs:${PLACE}:log-group:example:*`,
  'AWS::S3::Bucket': 'arn:aws:s3:::example',
  'AWS::SecretsManager::Secret': `arn:aws:secretsmanager:${PLACE}:secret:example-AbCdEf`,
  'AWS::SQS::Queue': `arn:aws:sqs:${PLACE}:example`,
};
/** What `Ref` of a type gives, where it is no ARN. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::EC2::VPCEndpoint': 'vpce-11111111111111111',
  'AWS::EC2::VPC': 'vpc-11111111111111111',
};
/** What parameters hold, by the end of their name. */
const PARAMETERS: readonly (readonly [RegExp, string])[] = [
  [/stream-?arn/i, `${TABLE}/stream/label`],
  [/key-?arn/i, ARNS['AWS::KMS::Key'] ?? ''],
  [/TableName/, 'cruddur-messages'],
  [/Addresses/, '203.0.113.0/24'],
];

const intrinsic = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({ 'Fn::Sub': z.string() }),
  z.strictObject({ 'Fn::If': z.tuple([z.string(), z.unknown(), z.unknown()]) }),
]);

/** Replaces references in a value of a template; of a choice, the first applies. @throws if one has no example here. */
function plain(value: unknown, template: CloudTemplate): unknown {
  // A tool takes the colons of a stream's time for parts of the ARN.
  if (typeof value === 'string') return value.replace(/(?<=\/stream\/)[\dT:.-]+/, 'label');
  if (Array.isArray(value)) return value.map((one) => plain(one, template));
  if (typeof value !== 'object' || value === null) return value;
  const found = intrinsic.safeParse(value).data;
  if (found === undefined)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one, template)]));
  if ('Ref' in found) return example(found.Ref, template);
  if ('Fn::GetAtt' in found) return attribute(...found['Fn::GetAtt'], template);
  if ('Fn::If' in found) return plain(found['Fn::If'][1], template);
  if ('Fn::Sub' in found)
    return found['Fn::Sub'].replaceAll(/\$\{([\w:]+)\}/g, (_all, id: string) => example(id, template));
  const [separator, parts] = found['Fn::Join'];
  return parts.map((part) => plain(part, template)).join(separator);
}

function example(id: string, { Resources, Parameters }: CloudTemplate): string {
  const type = Resources[id]?.Type ?? '';
  const text = `${id} ${JSON.stringify(Parameters[id] ?? '')}`;
  const parameter = id in Parameters ? PARAMETERS.find(([name]) => name.test(text))?.[1] : undefined;
  const value = PSEUDO[id] ?? NAMES[type] ?? ARNS[type] ?? parameter;
  if (value === undefined) throw new Error(`there is no example of ${text} ${type}`);
  return value;
}

function attribute(id: string, name: string, { Resources }: CloudTemplate): string {
  if (name === 'DefaultSecurityGroup') return 'sg-11111111111111111';
  const value = name.endsWith('Arn') ? ARNS[Resources[id]?.Type ?? ''] : undefined;
  if (value === undefined) throw new Error(`there is no example of ${id}.${name}`);
  return value;
}

const inline = z.object({ PolicyDocument: z.unknown() });

/** Returns the policies of roles in templates: inline, attached and managed. Each is there once. */
export function plainPolicies(stacks: readonly Pick<Stack, 'template'>[]): string[] {
  const documents = stacks.flatMap(({ template }) =>
    Object.values(template.Resources).flatMap(({ Type, Properties }) => {
      if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
        return [plain(Properties['PolicyDocument'], template)];
      if (Type !== 'AWS::IAM::Role') return [];
      const policies = z.array(inline).default([]).parse(Properties['Policies']);
      return policies.map(({ PolicyDocument }) => plain(PolicyDocument, template));
    }),
  );
  return [...new Set(documents.map((one) => JSON.stringify(one)))];
}
