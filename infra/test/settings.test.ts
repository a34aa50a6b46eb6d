import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { API_VARIABLES } from '../../backend/config.ts';
import { NOT_SETTABLE, SETTABLE } from '../api-variables.ts';
import { parseCdkArguments, reachesAws } from '../cdk-arguments.ts';
import { environmentNames, readEnvironment } from '../environment.ts';
import { readSettings } from '../settings.ts';
import { testSettings } from './support/test-settings.ts';

/** What every environment must say of itself. */
const FILE = {
  account: '123456789012',
  region: 'eu-west-1',
  domain: 'chat.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
  alarmEmail: 'operators@example.com',
};

describe('the settings of an environment', () => {
  it('are valid in every committed file', () => {
    expect(environmentNames()).toEqual(['production', 'staging']);
    for (const name of environmentNames()) expect(readEnvironment(name).environment).toBe(name);
  });

  it('of two committed files differ in the names of everything, so that both fit into one account', () => {
    const [one, other] = environmentNames().map(readEnvironment);
    expect(one?.prefix).not.toBe(other?.prefix);
    expect(one?.tableName).not.toBe(other?.tableName);
  });

  it('need an existing file: the message names those there are', () => {
    expect(() => readEnvironment('moon')).toThrow('infra/environments/ has production, staging');
    expect(() => readEnvironment(undefined)).toThrow('--environment is missing');
    expect(() => readEnvironment('../settings')).toThrow('infra/environments/ has');
  });

  it('are small, and named after their file, unless the file says otherwise', () => {
    const settings = readSettings('trial', FILE);
    expect(settings).toMatchObject({
      size: 'small',
      prefix: 'cruddur-trial',
      tableName: 'cruddur-trial-messages',
      minTasks: 1,
      natGateways: 0,
      cacheNodes: 0,
      encryptionKey: 'aws-owned',
      containerInsights: false,
    });
    expect(readSettings('trial', { ...FILE, size: 'standard', minTasks: 3 })).toMatchObject({
      minTasks: 3,
      natGateways: 1,
      cacheNodes: 1,
    });
  });

  it('that are unknown, missing or of another type are refused, all at once', () => {
    const { domain: _domain, ...withoutDomain } = FILE;
    expect(() => readSettings('trial', { ...withoutDomain, natGateway: 1, maxTasks: '3' })).toThrow(
      /domain: .*\nmaxTasks: .*\n.*natGateway/s,
    );
    expect(() => readSettings('trial', [])).toThrow();
    expect(() => readSettings('a-very-long-name', FILE)).toThrow(/prefix: /);
  });

  it.each([
    [{ size: 'small', maxTasks: 2 }, 'cacheNodes'],
    [{ size: 'small', cacheNodes: 1 }, 'natGateways'],
    [{ standbyRegion: 'us-east-1' }, 'standbyRegion'],
    [{ table: 'existing' }, 'tableStreamArn'],
    [{ tableKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1' }, 'tableKeyArn'],
    [{ textKeyArns: ['arn:aws:kms:us-east-1:123456789012:key/1'] }, 'textKeyArns'],
    [
      { image: undefined, imageCredentialsArn: 'arn:aws:secretsmanager:us-east-1:1:secret:x' },
      'imageCredentialsArn',
    ],
  ])('that contradict each other are reported: %j', (values, name) => {
    expect(() => testSettings(values)).toThrow(new RegExp(`^${name}: `, 'm'));
  });
});

describe('the API’s variables', () => {
  it('are each set by a file, under api, or not at all for a reason', () => {
    const known = [...SETTABLE.filter((name) => !name.startsWith('OTEL_')), ...Object.keys(NOT_SETTABLE)];
    expect(known.sort()).toEqual([...API_VARIABLES].sort());
  });

  it('are texts or numbers, and reach the API as texts', () => {
    const { api } = testSettings({ api: { MESSAGE_MAX_CHARS: 2_048, LOG_LEVEL: 'warn' } });
    expect(api).toEqual({ MESSAGE_MAX_CHARS: '2048', LOG_LEVEL: 'warn' });
    expect(testSettings().api).toEqual({});
  });

  it.each([
    [{ MESSAGE_MAX_CHARS: 8_193 }, 'MESSAGE_MAX_CHARS: must be a whole number from 1 to 8192'],
    [{ MAX_GROUP_MEMBERS: 1 }, 'MAX_GROUP_MEMBERS: must be a whole number from 2'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be one of'],
    [{ BACKEND_URL: '*' }, 'must name the origins with NODE_ENV=production'],
    [{ JWT_ISSUER: 'https://id.example.com', JWT_AUDIENCE: 'chat' }, 'set both when there are two issuers'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://10.0.0.7:4318' }, 'must be an https URL'],
    [{ TRUST_PROXY: '2' }, 'TRUST_PROXY: is the load balancer, one hop'],
    [{ MESSAGE_MAX: 5 }, 'MESSAGE_MAX: is none of ATTACHMENT_MAX_BYTES'],
  ])('are refused before a deployment if the API would not start with them: %j', (api, message) => {
    expect(() => testSettings({ api })).toThrow(message);
  });
});

describe('the arguments of the CDK', () => {
  it('are passed on, without the environment', () => {
    expect(parseCdkArguments(['deploy', '--all', '--environment', 'staging', '--verbose'])).toEqual({
      environment: 'staging',
      cdk: ['deploy', '--all', '--verbose'],
    });
    expect(parseCdkArguments(['--environment=staging', 'diff']).environment).toBe('staging');
  });

  it.each(['-c', '--context', '--context=baseline=true', '--parameters', '--app'])(
    'are refused if they are settings: %s',
    (option) => {
      expect(() => parseCdkArguments(['deploy', option, 'baseline=true'])).toThrow(/environment's file/);
    },
  );

  it('need credentials of the environment’s account, except for what stays on this machine', () => {
    const needs = (...given: string[]) => reachesAws(parseCdkArguments(given));
    expect(['deploy', 'destroy', 'diff', 'bootstrap'].map((command) => needs(command))).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    expect([needs('synth', '--quiet'), needs('list'), needs('--version')]).toEqual([false, false, false]);
  });
});

it('every setting is explained in docs/deploy.md', () => {
  const page = readFileSync('docs/deploy.md', 'utf8');
  for (const name of Object.keys(testSettings())) expect(page).toContain(`\`${name}\``);
});
