import { beforeAll, describe, expect, it } from '@jest/globals';
import { keysThatAnyRoleMayUse } from './support/key-rules.ts';
import { resourcesOf, type Stack, synthesise } from './support/synthesis.ts';

let stacks: readonly Stack[];
beforeAll(() => {
  stacks = synthesise({ textEncryption: 'on' });
});

const policyOf = (description: string) =>
  JSON.stringify(
    resourcesOf(stacks, 'AWS::KMS::Key')
      .map(({ Properties }) => Properties)
      .find(({ Description }) => Description === description)?.['KeyPolicy'],
  );

describe('the policies of the keys', () => {
  it('let no role of the account use them directly', () => {
    expect(keysThatAnyRoleMayUse(stacks)).toEqual([]);
  });

  it('keep the account able to change them: otherwise KMS refuses the policy', () => {
    for (const description of ['Encrypts the messages table', 'Encrypts the texts of messages']) {
      expect(policyOf(description)).toContain('"kms:PutKeyPolicy"');
      expect(policyOf(description)).not.toContain('"kms:*"');
    }
  });

  it('let the table’s be used through DynamoDB and AWS Backup, with grants to services alone', () => {
    const policy = policyOf('Encrypts the messages table');
    expect(policy.match(/"kms:ViaService":/g)).toHaveLength(2);
    expect(policy).toMatch(
      /"Action":"kms:CreateGrant","Condition":\{[^}]*\]?.*"kms:GrantIsForAWSResource":"true"/,
    );
  });

  it('let the texts’ be used by the API’s role, as the deployment names it, and by the break-glass role', () => {
    expect(policyOf('Encrypts the texts of messages')).toContain('role/cruddur-service-ApiTaskRole*');
    const service = stacks.find(({ name }) => name === 'CruddurService');
    const roles = Object.entries(service?.template.Resources ?? {}).filter(
      ([name, { Type }]) => Type === 'AWS::IAM::Role' && name.startsWith('ApiTaskRole'),
    );
    expect(roles).toHaveLength(1);
    expect(roles[0]?.[1].Properties).not.toHaveProperty('RoleName');
  });
});
