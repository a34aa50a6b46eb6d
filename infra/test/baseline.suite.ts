import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { onlyResource, resourcesOf, type Stack, synthesise } from './support/synthesis.ts';

let stacks: readonly Stack[];
beforeAll(() => {
  stacks = synthesise({ baseline: true });
});

const selector = z.object({
  FieldSelectors: z.array(z.looseObject({ Field: z.string() })),
});

/** The selectors of the trail, each as an object of its fields. */
function selectorsOf(found: readonly Stack[]) {
  const { AdvancedEventSelectors } = onlyResource(found, 'AWS::CloudTrail::Trail').Properties;
  return z
    .array(selector)
    .parse(AdvancedEventSelectors)
    .map(({ FieldSelectors }) =>
      Object.fromEntries(FieldSelectors.map(({ Field, ...rule }) => [Field, rule])),
    );
}

/** The roles that use the table, by the ends of their parameters' ids. */
const SERVICE_ROLES = [
  'rolenameapi',
  'rolenameupdatesummaries',
  'rolenamecreateprofile',
  'rolenameremovefiles',
];

describe('the trail', () => {
  it('records all changes of the account, and accesses to the items and the stream of the table and its copies', () => {
    expect(onlyResource(stacks, 'AWS::CloudTrail::Trail').Properties).toMatchObject({
      IsLogging: true,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    });
    const [management, ...data] = selectorsOf(stacks);
    expect(management).toEqual({ eventCategory: { Equals: ['Management'] } });
    expect(data.map((one) => one['resources.type'])).toEqual([
      { Equals: ['AWS::DynamoDB::Table'] },
      { Equals: ['AWS::DynamoDB::Stream'] },
    ]);
    for (const one of data) {
      expect(one['eventCategory']).toEqual({ Equals: ['Data'] });
      expect(JSON.stringify(one['resources.ARN'])).toMatch(/"StartsWith":.*:table\/cruddur-messages"/);
      // Reads and writes.
      expect(one).not.toHaveProperty('readOnly');
    }
  });

  it('leaves out the sessions of the roles of the service, which are what would cost most, and no others', () => {
    for (const { 'userIdentity.arn': identity } of selectorsOf(stacks).slice(1)) {
      expect(Object.keys(identity ?? {})).toEqual(['NotStartsWith']);
      const sessions = z.object({ NotStartsWith: z.array(z.unknown()) }).parse(identity).NotStartsWith;
      expect(sessions).toHaveLength(SERVICE_ROLES.length);
      const text = sessions.map((one) => JSON.stringify(one));
      for (const one of text) expect(one).toMatch(/:sts::.*:assumed-role\/.*"\/"\]\]/);
      for (const role of SERVICE_ROLES) {
        expect(text.filter((one) => one.includes(role))).toHaveLength(1);
      }
    }
  });

  it('raises an alarm for every data event that it records, reads and writes, except those of AWS services', () => {
    const filter = onlyResource(stacks, 'AWS::Logs::MetricFilter').Properties;
    expect(filter['FilterPattern']).toBe(
      '{ ($.eventSource = "dynamodb.amazonaws.com") && ($.eventCategory = "Data") && ($.userIdentity.type != "AWSService") }',
    );
    const alarms = resourcesOf(stacks, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    const strangers = alarms.find(({ AlarmName }) => String(AlarmName).endsWith('-strangers'));
    expect(strangers).toMatchObject({ MetricName: 'accesses-by-strangers', Threshold: 1 });
    expect(strangers?.['AlarmActions']).toHaveLength(1);
  });
});

describe('the rules', () => {
  const rulesOf = (found: readonly Stack[]) =>
    resourcesOf(found, 'AWS::Config::ConfigRule').map(
      ({ Properties }) => /"SourceIdentifier":"(\w+)"/.exec(JSON.stringify(Properties['Source']))?.[1],
    );

  it('require that tables can be recovered, are protected, are backed up and have a customer-managed key', () => {
    expect(rulesOf(stacks).sort()).toEqual([
      'DYNAMODB_IN_BACKUP_PLAN',
      'DYNAMODB_PITR_ENABLED',
      'DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED',
      'DYNAMODB_TABLE_ENCRYPTED_KMS',
    ]);
  });

  it('require no customer-managed key if AWS owns the key', () => {
    expect(rulesOf(synthesise({ baseline: true, encryptionKey: 'aws-owned' }))).not.toContain(
      'DYNAMODB_TABLE_ENCRYPTED_KMS',
    );
  });

  it('create a recorder only if there is none', () => {
    expect(resourcesOf(stacks, 'AWS::Config::ConfigurationRecorder')).toHaveLength(1);
    const recorded = synthesise({ baseline: true, configRecorder: false });
    expect(resourcesOf(recorded, 'AWS::Config::ConfigurationRecorder')).toEqual([]);
  });
});

it('backups are kept for 35 days and for a year, in a vault from which none can be deleted', () => {
  const plan = JSON.stringify(onlyResource(stacks, 'AWS::Backup::BackupPlan').Properties);
  expect(plan.match(/"DeleteAfterDays":\d+/g)).toEqual(['"DeleteAfterDays":35', '"DeleteAfterDays":366']);
  const vault = JSON.stringify(onlyResource(stacks, 'AWS::Backup::BackupVault').Properties);
  expect(vault).toMatch(/"Action":\[[^\]]*"backup:DeleteRecoveryPoint"[^\]]*\],"Effect":"Deny"/);
});
