import { beforeAll, describe, expect, it } from '@jest/globals';
import { CANARY_STEPS, METRICS, NAMESPACE } from '../../backend/metrics/catalogue.ts';
import { onlyResource, resourcesOf, type Stack, synthesise } from './support/synthesis.ts';

let stacks: readonly Stack[];
beforeAll(() => {
  stacks = synthesise({ canary: true });
});

const ofCanary = (type: string) =>
  resourcesOf(stacks, type).filter(({ Properties }) => JSON.stringify(Properties).includes('anary'));

describe('the canary', () => {
  it('is off by default, and the app client then takes no password', () => {
    const without = synthesise();
    expect(JSON.stringify(without)).not.toContain('CANARY_URL');
    const { ExplicitAuthFlows } = onlyResource(without, 'AWS::Cognito::UserPoolClient').Properties;
    expect(ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
  });

  it('runs every five minutes, outside the network, with the address that users have', () => {
    const [fn, ...others] = resourcesOf(stacks, 'AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('"CANARY_URL"'),
    );
    expect(others).toEqual([]);
    expect(fn?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Environment: {
        Variables: { CANARY_URL: 'https://chat.example.com', DDB_MESSAGE_TABLE: expect.anything() },
      },
    });
    expect(fn?.Properties).not.toHaveProperty('VpcConfig');
    // Each step may take ten seconds.
    expect(Number(fn?.Properties['Timeout'])).toBeGreaterThan(CANARY_STEPS.length * 10);
    const rules = ofCanary('AWS::Events::Rule');
    expect(rules.map(({ Properties }) => Properties['ScheduleExpression'])).toEqual(['rate(5 minutes)']);
  });

  it('may write its log and read the password of its user, and nothing else', () => {
    const policies = [
      ...ofCanary('AWS::IAM::Role').map(({ Properties }) => Properties['Policies']),
      ...ofCanary('AWS::IAM::Policy').map(({ Properties }) => Properties['PolicyDocument']),
    ];
    const actions = JSON.stringify(policies).match(/[a-z-]+:[A-Z][A-Za-z]+(?=")/g) ?? [];
    expect([...new Set(actions)].sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
  });

  it('raises an alarm when it fails twice, and when it does not run', () => {
    const alarms = ofCanary('AWS::CloudWatch::Alarm');
    expect(alarms.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        Namespace: NAMESPACE,
        MetricName: METRICS.canaryFailures.name,
        Dimensions: [{ Name: 'Table', Value: expect.anything() }],
        EvaluationPeriods: 2,
        Threshold: 1,
        TreatMissingData: 'breaching',
        AlarmActions: [expect.anything()],
      }),
    ]);
  });

  it('signs in with a password at the client of the screens, whose tokens the API accepts', () => {
    const { ExplicitAuthFlows } = onlyResource(stacks, 'AWS::Cognito::UserPoolClient').Properties;
    expect(ExplicitAuthFlows).toContain('ALLOW_USER_PASSWORD_AUTH');
  });

  it('goes with a user pool of the environment’s own', () => {
    const replicatedUserPool = { id: 'us-east-1_abc', clientId: 'client', signInDomain: 'login.example.com' };
    expect(() => synthesise({ canary: true, replicatedUserPool })).toThrow(/canary: goes with a user pool/);
  });
});

it('the API writes its metrics where CloudWatch reads them', () => {
  expect(JSON.stringify(onlyResource(stacks, 'AWS::ECS::TaskDefinition').Properties)).toContain(
    '{"Name":"METRICS_EMF","Value":"on"}',
  );
});
