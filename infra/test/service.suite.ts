import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  onlyResource,
  resourcesOf,
  type Stack,
  synthesise,
  testSettings,
  EXISTING,
  type Values,
} from './support/synthesis.ts';

let stacks: readonly Stack[];
beforeAll(() => {
  stacks = synthesise();
});

describe('the stream', () => {
  it('is followed with exactly these settings', () => {
    const { EventSourceArn, FunctionName, Tags, DestinationConfig, ...settings } = onlyResource(
      stacks,
      'AWS::Lambda::EventSourceMapping',
    ).Properties;
    expect(settings).toEqual({
      StartingPosition: 'TRIM_HORIZON',
      FilterCriteria: {
        Filters: [
          {
            Pattern:
              '{"eventName":["INSERT","MODIFY"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"MSG#"},{"prefix":"RCT#"},"PINS"]}}}}',
          },
        ],
      },
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 1,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 12 * 60 * 60,
    });
    expect(JSON.stringify(EventSourceArn)).toContain('tablestreamarn');
    expect(JSON.stringify(FunctionName)).toContain('SummariesFunction');
    expect(JSON.stringify(DestinationConfig)).toMatch(/OnFailure.*SummariesFailures/);
    expect(Tags).toEqual([
      { Key: 'application', Value: 'cruddur-messaging' },
      { Key: 'environment', Value: 'test' },
    ]);
  });

  it('of an existing table is the one that the settings name', () => {
    const { EventSourceArn } = onlyResource(
      synthesise(EXISTING),
      'AWS::Lambda::EventSourceMapping',
    ).Properties;
    expect(EventSourceArn).toBe(EXISTING['tableStreamArn']);
  });
});

describe('every function', () => {
  /** The functions of the service; one of the CDK, which has no name, closes a security group when it is deployed. */
  const functionsIn = (found: readonly Stack[]) =>
    resourcesOf(found, 'AWS::Lambda::Function').filter(({ Properties }) => 'FunctionName' in Properties);

  it('runs on Node 24 on ARM, with its own bundle and settings', () => {
    const functions = functionsIn(stacks);
    expect(functions).toHaveLength(2);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Environment: { Variables: { DDB_MESSAGE_TABLE: 'cruddur-messages' } },
      });
    }
  });

  it('of the stream gets the address of its failure queue, and the name of the secret with Valkey’s', () => {
    const [follower] = functionsIn(stacks).filter(({ Properties }) =>
      JSON.stringify(Properties['FunctionName']).includes('update-summaries'),
    );
    expect(follower?.Properties['Environment']).toMatchObject({
      Variables: { FAILURE_QUEUE_URL: expect.anything(), REDIS_URL_SECRET: expect.anything() },
    });
  });

  it('is in the network only to reach Valkey: outside of it, it needs no way out', () => {
    const inNetwork = (found: readonly Stack[]) =>
      functionsIn(found)
        .filter(({ Properties }) => 'VpcConfig' in Properties)
        .map(({ Properties }) => Properties['FunctionName']);
    expect(inNetwork(stacks)).toEqual(['cruddur-service-update-summaries']);
    expect(inNetwork(synthesise({ size: 'small' }))).toEqual([]);
  });

  it('of a sign-up can be called only by the user pool', () => {
    const pool = onlyResource(stacks, 'AWS::Cognito::UserPool').Properties;
    expect(JSON.stringify(pool['LambdaConfig'])).toMatch(/PostConfirmation.*UsersCreateProfileFunction/);
    const { Principal, SourceArn } = onlyResource(stacks, 'AWS::Lambda::Permission').Properties;
    expect(Principal).toBe('cognito-idp.amazonaws.com');
    expect(JSON.stringify(SourceArn)).toContain('UsersPool');
  });
});

const container = z.looseObject({
  Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
  Secrets: z.array(z.object({ Name: z.string() })),
  ReadonlyRootFilesystem: z.boolean(),
  LinuxParameters: z.object({ InitProcessEnabled: z.boolean() }),
});

/** The images that a deployment builds. */
const builtImages = z.object({
  dockerImages: z.record(
    z.string(),
    z.object({ source: z.object({ dockerBuildArgs: z.record(z.string(), z.string()) }) }),
  ),
});

describe('the API', () => {
  it('gets all settings that it needs, and its secret only from Secrets Manager', () => {
    const task = onlyResource(stacks, 'AWS::ECS::TaskDefinition').Properties;
    const [api, ...others] = z.array(container).parse(task['ContainerDefinitions']);
    expect(others).toEqual([]);
    expect(
      Object.fromEntries((api?.Environment ?? []).map(({ Name, Value }) => [Name, Value])),
    ).toMatchObject({
      NODE_ENV: 'production',
      PORT: '4567',
      TRUST_PROXY: '1',
      DDB_MESSAGE_TABLE: 'cruddur-messages',
      AWS_REGION: { Ref: 'AWS::Region' },
      FRONTEND_URL: 'https://chat.example.com',
      AWS_COGNITO_USER_POOL_ID: expect.anything(),
      AWS_COGNITO_USER_POOL_CLIENT_ID: expect.anything(),
    });
    expect(api?.Secrets).toEqual([expect.objectContaining({ Name: 'REDIS_URL' })]);
    expect(api?.ReadonlyRootFilesystem).toBe(true);
    expect(api?.LinuxParameters.InitProcessEnabled).toBe(true);
  });

  it('gets the variables that the settings have for it, and otherwise has its own defaults', () => {
    const namesIn = (found: readonly Stack[]) => {
      const task = onlyResource(found, 'AWS::ECS::TaskDefinition').Properties;
      const [api] = z.array(container).parse(task['ContainerDefinitions']);
      return (api?.Environment ?? []).filter(({ Name }) => /^(MESSAGE|RATE)_/.test(Name));
    };
    expect(namesIn(stacks)).toEqual([]);
    const api = { MESSAGE_MAX_CHARS: 4_096, RATE_LIMIT_ANONYMOUS_PER_MINUTE: 600 };
    expect(namesIn(synthesise({ api }))).toEqual([
      { Name: 'MESSAGE_MAX_CHARS', Value: '4096' },
      { Name: 'RATE_LIMIT_ANONYMOUS_PER_MINUTE', Value: '600' },
    ]);
  });

  it('is built on a base image by digest, with the packages for traces if it traces', () => {
    const argumentsOf = (values: Values) => {
      const service = synthesise({ image: undefined, ...values }).find(
        ({ name }) => name === 'CruddurService',
      );
      const assets = readFileSync(service?.path.replace(/template\.json$/, 'assets.json') ?? '', 'utf8');
      const { dockerImages } = builtImages.parse(JSON.parse(assets));
      return Object.values(dockerImages).map(({ source }) => source.dockerBuildArgs);
    };
    const NODE_IMAGE = expect.stringMatching(/^node:24-trixie-slim@sha256:[0-9a-f]{64}$/);
    expect(argumentsOf({})).toEqual([{ NODE_IMAGE, TRACING: 'off' }]);
    expect(argumentsOf({ api: { TRACING: 'on' } })).toEqual([{ NODE_IMAGE, TRACING: 'on' }]);
  });

  it('makes user ids like the function that writes profiles: with the prefix of the settings', () => {
    const prefix = { AWS_COGNITO_USER_ID_PREFIX: 'cognito:' };
    const prefixed = synthesise({ userIdPrefix: 'cognito:' });
    const task = onlyResource(prefixed, 'AWS::ECS::TaskDefinition').Properties;
    const [api] = z.array(container).parse(task['ContainerDefinitions']);
    expect(
      Object.fromEntries((api?.Environment ?? []).map(({ Name, Value }) => [Name, Value])),
    ).toMatchObject(prefix);
    const functions = resourcesOf(prefixed, 'AWS::Lambda::Function').map(({ Properties }) => Properties);
    const createProfile = functions.filter(({ FunctionName = '' }) =>
      String(FunctionName).endsWith('create-profile'),
    );
    expect(createProfile.map((fn) => fn['Environment'])).toEqual([
      { Variables: expect.objectContaining(prefix) },
    ]);
  });

  it('of size standard runs in private subnets, and only the load balancer connects to it', () => {
    const service = onlyResource(stacks, 'AWS::ECS::Service').Properties;
    expect(service['NetworkConfiguration']).toMatchObject({
      AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' },
    });
    expect(JSON.stringify(service['NetworkConfiguration'])).toContain('VpcprivateSubnet');
    expect(JSON.stringify(service['NetworkConfiguration'])).not.toContain('VpcpublicSubnet');
    const ingress = resourcesOf(stacks, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties);
    const toApi = ingress.filter(({ GroupId }) => JSON.stringify(GroupId).includes('ApiGroup'));
    expect(toApi.length).toBeGreaterThan(0);
    for (const rule of toApi) {
      expect(rule['FromPort']).toBe(4567);
      expect(JSON.stringify(rule['SourceSecurityGroupId'])).toContain('ApiBalancerGroup');
    }
  });

  it('accepts only TLS 1.2 and later, with the given certificate', () => {
    const listeners = resourcesOf(stacks, 'AWS::ElasticLoadBalancingV2::Listener').map(
      ({ Properties }) => Properties,
    );
    const [https, http, ...others] = listeners.sort((a, b) => Number(b['Port']) - Number(a['Port']));
    expect(others).toEqual([]);
    expect(https).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: testSettings().certificateArn }],
      SslPolicy: expect.stringMatching(/TLS13-1-2|TLS13-1-3/),
    });
    expect(http).toMatchObject({ Port: 80, DefaultActions: [{ Type: 'redirect' }] });
  });
});

describe('Valkey', () => {
  it('is encrypted in transit and at rest, requires a password, and accepts only the API and the function', () => {
    expect(onlyResource(stacks, 'AWS::ElastiCache::ReplicationGroup').Properties).toMatchObject({
      Engine: 'valkey',
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AuthToken: expect.anything(),
    });
    const rules = resourcesOf(stacks, 'AWS::EC2::SecurityGroupIngress')
      .map(({ Properties }) => Properties)
      .filter(({ GroupId }) => JSON.stringify(GroupId).includes('CacheGroup'));
    const sources = rules.map(({ SourceSecurityGroupId }) => JSON.stringify(SourceSecurityGroupId));
    expect(sources).toEqual([
      expect.stringContaining('ApiGroup'),
      expect.stringContaining('SummariesFunctionGroup'),
    ]);
  });
});

describe('monitoring', () => {
  it('keeps logs for the configured time', () => {
    const groups = resourcesOf(synthesise({ logDays: 7 }), 'AWS::Logs::LogGroup');
    expect(groups.map(({ Properties }) => Properties['RetentionInDays'])).toEqual(groups.map(() => 7));
    expect(groups.length).toBeGreaterThanOrEqual(4);
  });
});

describe('invalid settings', () => {
  it('are reported all at once, by name', () => {
    const wrong = {
      tableName: 'a b',
      billing: 'free',
      logDays: 8,
      minTasks: 5,
      maxTasks: 2,
      standbyRegion: 'moon',
    };
    expect(() => testSettings(wrong)).toThrow(/tableName: .*\nbilling: .*\nstandbyRegion: .*\nlogDays: /);
  });

  it.each([
    [{ minTasks: 5, maxTasks: 2 }, 'maxTasks'],
    [{ standbyRegion: 'eu-central-1' }, 'standbyKeyArn'],
    [{ billing: 'provisioned', readUnits: 60, maxReadUnits: 50 }, 'maxReadUnits'],
  ])('that contradict each other are reported: %j', (context, name) => {
    expect(() => testSettings(context)).toThrow(new RegExp(`^${name}: `, 'm'));
  });
});
