import covertable from 'covertable';
import { EXISTING, STANDBY, type Values } from './test-settings.ts';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** The user pool of the region that failed. */
const REPLICA = {
  id: 'us-east-1_AbCdEfGhI',
  clientId: '1example23456789',
  signInDomain: 'login.example.com',
};

/** The ways to set each option. Settings that go together are one option. */
const OPTIONS: Readonly<Record<string, readonly Values[]>> = {
  size: [
    { size: 'small' },
    { size: 'standard' },
    { size: 'small', maxTasks: 3, cacheNodes: 1, natGateways: 1 },
    { size: 'standard', cacheNodes: 2, natGateways: 2 },
    { size: 'standard', minTasks: 1, maxTasks: 1, cacheNodes: 0 },
  ],
  table: [{}, EXISTING],
  key: [{ encryptionKey: 'customer-managed' }, { encryptionKey: 'aws-owned' }],
  standby: [{}, { ...STANDBY, standbyKeyArn: KEY }],
  billing: [{ billing: 'on-demand' }, { billing: 'provisioned' }],
  texts: [
    { textEncryption: 'none' },
    { textEncryption: 'reading', textKeyArns: [KEY] },
    { textEncryption: 'on', textKeyArns: [KEY] },
  ],
  protection: [{ deletionProtection: true }, { deletionProtection: false }],
  signUp: [{ signUp: 'open' }, { signUp: 'closed' }],
  files: [{ files: false }, { files: true }],
  firewall: [{ firewall: false }, { firewall: true }],
  image: [
    {},
    { image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/cruddur:1' },
    {
      image: 'ghcr.io/cruddur/messaging:1',
      imageCredentialsArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:ghcr-AbCdEf',
    },
  ],
  insights: [{ containerInsights: true }, { containerInsights: false }],
  baseline: [{ baseline: false }, { baseline: true }, { baseline: true, configRecorder: false }],
  users: [{}, { userIdPrefix: 'cognito:' }, { replicatedUserPool: REPLICA }],
  mail: [{}, { mailFrom: 'chat@mail.example.com' }],
  canary: [{ canary: false }, { canary: true }],
  objectives: [{}, { objectives: true }, { objectives: false }],
  throttledKeys: [{ contributorInsights: false }, { contributorInsights: true }],
  boundary: [{}, { permissionsBoundary: 'cruddur-boundary' }],
  logs: [{}, { logDays: 7 }],
  api: [{}, { api: { MESSAGE_MAX_CHARS: 4_096, RATE_LIMIT_ANONYMOUS_PER_MINUTE: 600 } }],
};

/** Removes the settings that need another one, where that one is not set. */
function withoutContradictions(values: Values): Values {
  const ownKey = values['encryptionKey'] === 'customer-managed';
  const replicated = values['table'] === 'existing' && values['replicatedUserPool'] !== undefined;
  const absent = [
    ...(ownKey ? [] : ['standbyKeyArn', 'tableKeyArn']),
    ...(replicated ? ['canary'] : ['replicatedUserPool']),
    ...(values['textEncryption'] === 'none' ? ['textKeyArns'] : []),
  ];
  return Object.fromEntries(Object.entries(values).filter(([name]) => !absent.includes(name)));
}

/** Environments that have each way to set an option with each way to set every other one, in at least one of them. */
export function allPairs(): Values[] {
  const numbers = Object.values(OPTIONS).map((ways) => ways.map((_way, index) => index));
  return covertable.make(numbers).map((row) => {
    const chosen = Object.values(OPTIONS).map((ways, option) => ways[Number(row[option])] ?? {});
    return withoutContradictions(chosen.reduce((all, way) => ({ ...all, ...way }), {}));
  });
}
