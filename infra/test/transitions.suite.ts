import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CloudTemplate } from './support/synthesis.ts';
import { type Deployment, synthesiseAllPairs } from './support/variants.ts';

/**
 * Types that hold data, or an address that clients know, and the properties that CloudFormation changes only by creating
 * the resource again, or refuses to change. From its reference: "Update requires: Replacement", and for keys that an
 * update of these properties fails.
 */
const REPLACED_BY: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::KMS::Key': ['MultiRegion', 'KeySpec', 'KeyUsage', 'Origin'],
  'AWS::Cognito::UserPool': ['AliasAttributes', 'Schema', 'UsernameAttributes', 'UsernameConfiguration'],
  'AWS::Cognito::UserPoolClient': ['ClientName', 'GenerateSecret', 'UserPoolId'],
  'AWS::Backup::BackupVault': ['BackupVaultName', 'EncryptionKeyArn'],
  'AWS::S3::Bucket': ['BucketName', 'ObjectLockEnabled'],
  'AWS::SQS::Queue': ['FifoQueue', 'QueueName'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::Logs::LogGroup': ['LogGroupClass', 'LogGroupName'],
  'AWS::EC2::VPC': ['CidrBlock'],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'CidrBlock', 'VpcId'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Name', 'Scheme', 'Type'],
};
/** Types whose data must remain when a setting removes them. */
const KEPT = [
  'AWS::DynamoDB::GlobalTable',
  'AWS::KMS::Key',
  'AWS::Cognito::UserPool',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
];
/** A topic's key encrypts nothing that is kept. */
const ENCRYPTS_NO_DATA = 'TopicKey';

let deployments: readonly Deployment[];
beforeAll(() => {
  deployments = synthesiseAllPairs();
});

/** Calls a function with the resources of each stack before and after each change of settings. */
function eachChange<Result>(
  of: (before: CloudTemplate['Resources'], after: CloudTemplate['Resources'], what: string) => Result[],
): Result[] {
  return deployments.flatMap((before) =>
    deployments.flatMap((after) =>
      before.stacks.flatMap((stack) => {
        const next = after.stacks.find(({ name }) => name === stack.name);
        return next ? of(stack.template.Resources, next.template.Resources, stack.name) : [];
      }),
    ),
  );
}

describe('when any settings change to any others', () => {
  it('no resource that holds data is replaced, or becomes one of another type', () => {
    let compared = 0;
    const replaced = eachChange((before, after, stack) =>
      Object.entries(before).flatMap(([id, { Type, Properties }]) => {
        const next = after[id];
        if (!next || !(Type in REPLACED_BY)) return [];
        compared += 1;
        const changed = (REPLACED_BY[Type] ?? []).filter(
          (name) => JSON.stringify(Properties[name]) !== JSON.stringify(next.Properties[name]),
        );
        return next.Type === Type && changed.length === 0
          ? []
          : [`${stack}.${id}: ${changed.join()} ${next.Type}`];
      }),
    );
    expect([...new Set(replaced)]).toEqual([]);
    expect(compared).toBeGreaterThan(1_000);
  });

  it('what holds data and is no longer part of the deployment remains in the account', () => {
    const removed = eachChange((before, after, stack) =>
      Object.entries(before)
        .filter(([id, { Type }]) => KEPT.includes(Type) && !id.includes(ENCRYPTS_NO_DATA) && !(id in after))
        .filter(([, { DeletionPolicy = 'Delete' }]) => !DeletionPolicy.startsWith('Retain'))
        .map(([id]) => `${stack}.${id}`),
    );
    expect([...new Set(removed)]).toEqual([]);
  });

  it('what remains in the account has no name that the deployment would need again', () => {
    const inTheWay = eachChange((before, after, stack) =>
      Object.entries(before)
        .filter(
          ([id, { DeletionPolicy = 'Delete' }]) => DeletionPolicy.startsWith('Retain') && !(id in after),
        )
        .filter(([, { Properties }]) =>
          Object.entries(Properties).some(
            ([name, value]) => /^(Name|\w+Name)$/.test(name) && typeof value === 'string',
          ),
        )
        .map(([id]) => `${stack}.${id}`),
    );
    expect([...new Set(inTheWay)]).toEqual([]);
  });
});
