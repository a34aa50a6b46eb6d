import { describe, expect, it } from '@jest/globals';
import {
  ConfigError,
  type Environment,
  isAwsEndpoint,
  hasDevelopmentIssuer,
  readApiConfig,
  readDynamoConfig,
  readProfileConfig,
} from '../../backend/config.ts';
import { readLocalConfig } from '../../local/config.ts';
import { DEVELOPMENT_ISSUER } from '../../local/development-issuer.ts';
import { DEFAULT_TABLE_NAME } from '../../schema/table.ts';

const LOCAL = 'http://127.0.0.1:8000';
const AWS = 'https://dynamodb.eu-west-1.amazonaws.com';

describe('an empty environment', () => {
  it('is the table of the default name in AWS, found as the SDK finds it', () => {
    expect(readDynamoConfig({})).toEqual({ tableName: DEFAULT_TABLE_NAME });
  });

  it('is an API on port 4567 that logs at info, allows no origin, believes no proxy and limits rates', () => {
    expect(readApiConfig({})).toEqual({
      port: 4567,
      logLevel: 'info',
      corsOrigins: [],
      observer: { emf: false, capacityEvery: 20, traces: false },
      rateLimits: { writesPerMinute: 600, readsPerMinute: 1_200, anonymousPerMinute: 120 },
      maxGroupMembers: 10_000,
      messageMaxChars: 1_024,
      attachments: { maxBytes: 26_214_400, types: ['*/*'] },
      clockSkewS: 60,
      dynamo: { tableName: DEFAULT_TABLE_NAME },
    });
  });

  it('is the same as one of empty texts', () => {
    const names = [...API_VARIABLES, ...DYNAMO_VARIABLES];
    expect(readApiConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readApiConfig({}));
  });

  it('may hold whatever else a process has', () => {
    expect(readApiConfig({ PATH: '/bin', HOME: '/root', npm_config_x: 'y' })).toEqual(readApiConfig({}));
  });
});

describe('what is wrong', () => {
  const wrong = {
    PORT: '70000',
    LOG_LEVEL: 'loud',
    FRONTEND_URL: 'not a url',
    BACKEND_URL: 'ftp://example.com',
    TRUST_PROXY: 'everybody',
    RATE_LIMIT_WRITES_PER_MINUTE: 'many',
    RATE_LIMIT_READS_PER_MINUTE: '1,200',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '-1',
    MAX_GROUP_MEMBERS: '10001',
    MESSAGE_MAX_CHARS: '8193',
    ATTACHMENT_BUCKET: 'A_Bucket',
    ATTACHMENT_MAX_BYTES: '0',
    ATTACHMENT_TYPES: 'image/*,text',
    AWS_ENDPOINT_URL_S3: 'localhost:5000',
    REDIS_URL: 'localhost:6379',
    DDB_MESSAGE_TABLE: 'a b',
    AWS_ENDPOINT_URL: 'localhost:8000',
    AWS_ENDPOINT_URL_DYNAMODB: 'dynamodb',
    AWS_COGNITO_USER_POOL_ID: 'pool',
    JWT_ISSUER: 'issuer',
    JWT_JWKS_URI: 'http://example.com/keys',
    JWT_USER_ID_PREFIX: 'with space',
    JWT_CLOCK_SKEW_SECONDS: '301',
  };

  it('is told all at once, each by its name', () => {
    const pairs = {
      AWS_COGNITO_USER_POOL_CLIENT_ID: 'client',
      AWS_COGNITO_USER_ID_PREFIX: 'cognito:',
      JWT_AUDIENCE: 'api',
    };
    const problems = problemsOf(() => readApiConfig({ ...wrong, ...pairs }));
    expect(problems.map((problem) => problem.split(': ')[0]).sort()).toEqual(Object.keys(wrong).sort());
  });

  it('is told together with what is missing beside something else', () => {
    const problems = problemsOf(() =>
      readApiConfig({ PORT: 'x', AWS_COGNITO_USER_POOL_CLIENT_ID: 'client', JWT_AUDIENCE: 'audience' }),
    );
    expect(problems.map((problem) => problem.split(/[ :]/)[0])).toEqual(
      expect.arrayContaining(['PORT', 'AWS_COGNITO_USER_POOL_ID', 'JWT_ISSUER']),
    );
  });

  it('is one line each in the error’s message', () => {
    expect(() => readApiConfig(wrong)).toThrow(problemsOf(() => readApiConfig(wrong)).join('\n'));
  });

  it('with the table alone is told where only the table is asked for', () => {
    expect(
      problemsOf(() => readDynamoConfig(wrong))
        .map((problem) => problem.split(':')[0])
        .sort(),
    ).toEqual(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_DYNAMODB', 'DDB_MESSAGE_TABLE']);
  });

  it.each(['-1', '65536', '1.5', '1e3', ' 80', 'http'])('is a port of %p', (PORT) => {
    expect(problemsOf(() => readApiConfig({ PORT }))).toEqual([expect.stringMatching(/^PORT: /)]);
  });

  it.each<Environment>([
    { AWS_COGNITO_USER_POOL_ID: 'us-east-1_AbCdEfGhI' },
    { AWS_COGNITO_USER_POOL_ID: 'foo_bar', AWS_COGNITO_USER_POOL_CLIENT_ID: 'client' },
    { JWT_ISSUER: 'http://issuer.example', JWT_AUDIENCE: 'api' },
    { AWS_REGION: 'us east 1' },
    { TRUST_PROXY: '10.0.0.0/0' },
    { RATE_LIMIT_WRITES_PER_MINUTE: '1.5' },
    { RATE_LIMIT_READS_PER_MINUTE: '-1' },
    { RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000001' },
    { AWS_COGNITO_USER_POOL_CLIENT_ID: 'client' },
    { JWT_ISSUER: 'https://issuer.example' },
    { JWT_AUDIENCE: 'api' },
    { JWT_JWKS_URI: 'https://issuer.example/keys' },
    { JWT_CLOCK_SKEW_SECONDS: '-1' },
    { JWT_CLOCK_SKEW_SECONDS: '1.5' },
    { JWT_USER_ID_PREFIX: '#' },
    { JWT_USER_ID_PREFIX: 'longer-than-16-ch:' },
    { AWS_COGNITO_USER_ID_PREFIX: '-' },
    { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'api', JWT_JWKS_URI: 'http://issuer.example/keys' },
  ])('cannot be used: %p', (environment) => {
    expect(problemsOf(() => readApiConfig(environment))).toHaveLength(1);
  });
});

describe('the connection', () => {
  it('is as given, part by part', () => {
    expect(readDynamoConfig({ AWS_MAX_ATTEMPTS: '2' }).connection).toEqual({ attempts: 2 });
    expect(
      readDynamoConfig({ AWS_MAX_ATTEMPTS: '1', DDB_TIMEOUT_MS: '500', DDB_MAX_CONNECTIONS: '7' }).connection,
    ).toEqual({ attempts: 1, timeoutMs: 500, connections: 7 });
    expect(readDynamoConfig({ DDB_CLIENT: 'sdk' }).client).toBe('sdk');
  });

  it.each<Environment>([
    { AWS_MAX_ATTEMPTS: '0' },
    { DDB_TIMEOUT_MS: '1' },
    { DDB_TIMEOUT_MS: 'soon' },
    { DDB_MAX_CONNECTIONS: '0' },
    { DDB_CLIENT: 'own' },
  ])('cannot be %p', (environment) => {
    expect(problemsOf(() => readDynamoConfig(environment))).toHaveLength(1);
  });
});

describe('in production', () => {
  const NODE_ENV = 'production';

  it.each<[Environment, RegExp]>([
    [{ FRONTEND_URL: '*' }, /^FRONTEND_URL and BACKEND_URL: must name the origins/],
    [{ BACKEND_URL: 'https://app.example,*' }, /^FRONTEND_URL and BACKEND_URL: must name the origins/],
    [
      {
        JWT_ISSUER: 'http://issuer.example',
        JWT_AUDIENCE: 'api',
        JWT_JWKS_URI: 'https://issuer.example/keys',
      },
      /^JWT_ISSUER: must be an https URL/,
    ],
    [{ JWT_ISSUER: 'http://issuer.example', JWT_AUDIENCE: 'api' }, /^JWT_ISSUER: must be an https URL/],
    [
      {
        JWT_ISSUER: 'https://issuer.example',
        JWT_AUDIENCE: 'api',
        JWT_JWKS_URI: 'http://issuer.example/keys',
      },
      /^JWT_JWKS_URI: must be an https URL/,
    ],
    [
      { JWT_ISSUER: DEVELOPMENT_ISSUER, JWT_AUDIENCE: 'api', JWT_JWKS_URI: 'https://issuer.example/keys' },
      /^JWT_ISSUER: must not be a reserved name/,
    ],
    [
      { JWT_ISSUER: 'https://localhost:4567/issuer', JWT_AUDIENCE: 'api' },
      /^JWT_ISSUER: must not be a reserved name/,
    ],
    [{ JWT_ISSUER: 'HTTP://issuer.example', JWT_AUDIENCE: 'api' }, /^JWT_ISSUER: must be an https URL/],
    [
      {
        JWT_ISSUER: 'Http://issuer.example',
        JWT_AUDIENCE: 'api',
        JWT_JWKS_URI: 'https://issuer.example/keys',
      },
      /^JWT_ISSUER: must be an https URL/,
    ],
  ])('what is open to everybody is refused: %p', (environment, problem) => {
    expect(problemsOf(() => readApiConfig({ ...environment, NODE_ENV }))).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  it('a local run, which signs its own tokens, is refused', () => {
    expect(problemsOf(() => readLocalConfig({ NODE_ENV }))).toEqual([
      expect.stringMatching(/^NODE_ENV: must not be production/),
    ]);
  });

  it('both are told together', () => {
    const environment = {
      NODE_ENV,
      FRONTEND_URL: '*',
      JWT_ISSUER: 'http://issuer.example',
      JWT_AUDIENCE: 'api',
      JWT_JWKS_URI: 'https://issuer.example/keys',
    };
    expect(problemsOf(() => readApiConfig(environment))).toHaveLength(2);
  });

  it('named origins and an https issuer are taken', () => {
    const environment = {
      FRONTEND_URL: 'https://app.example',
      JWT_ISSUER: 'https://issuer.example',
      JWT_AUDIENCE: 'api',
    };
    expect(readApiConfig({ ...environment, NODE_ENV })).toEqual(readApiConfig(environment));
  });

  it('the same is taken elsewhere', () => {
    expect(readApiConfig({ NODE_ENV: 'development', FRONTEND_URL: '*' }).corsOrigins).toEqual(['*']);
  });

  it('the development issuer is known by its name, and no other issuer is taken for it', () => {
    const withIssuer = (issuer: string) => readApiConfig({ JWT_ISSUER: issuer, JWT_AUDIENCE: 'api' });
    expect(hasDevelopmentIssuer(withIssuer(DEVELOPMENT_ISSUER))).toBe(true);
    expect(hasDevelopmentIssuer(withIssuer('https://issuer.example'))).toBe(false);
    expect(hasDevelopmentIssuer(readApiConfig({}))).toBe(false);
  });

  it('keys come over http where NODE_ENV says development, and nowhere else', () => {
    const environment = {
      JWT_ISSUER: 'https://issuer.example',
      JWT_AUDIENCE: 'api',
      JWT_JWKS_URI: 'http://issuer.example/keys',
    };
    expect(readApiConfig({ ...environment, NODE_ENV: 'development' }).oidc?.jwksUri).toBe(
      'http://issuer.example/keys',
    );
    for (const mode of [undefined, 'test', 'production']) {
      expect(problemsOf(() => readApiConfig({ ...environment, NODE_ENV: mode }))).toEqual([
        expect.stringMatching(/^JWT_JWKS_URI: /),
      ]);
    }
  });
});

describe('two issuers of tokens', () => {
  const both = {
    AWS_COGNITO_USER_POOL_ID: 'us-east-1_AbCdEfGhI',
    AWS_COGNITO_USER_POOL_CLIENT_ID: 'client',
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'api',
  };

  it.each<Environment>([
    {},
    { AWS_COGNITO_USER_ID_PREFIX: 'cognito:' },
    { JWT_USER_ID_PREFIX: 'issuer:' },
    { AWS_COGNITO_USER_ID_PREFIX: '', JWT_USER_ID_PREFIX: 'issuer:' },
    { AWS_COGNITO_USER_ID_PREFIX: 'users:', JWT_USER_ID_PREFIX: 'users:' },
    { AWS_COGNITO_USER_ID_PREFIX: 'a', JWT_USER_ID_PREFIX: 'ab' },
    { AWS_COGNITO_USER_ID_PREFIX: 'ab', JWT_USER_ID_PREFIX: 'a' },
  ])('are refused when a user of one could have a user id of the other: %p', (prefixes) => {
    for (const mode of ['production', 'development', undefined]) {
      expect(problemsOf(() => readApiConfig({ ...both, ...prefixes, NODE_ENV: mode }))).toEqual([
        expect.stringMatching(/^AWS_COGNITO_USER_ID_PREFIX and JWT_USER_ID_PREFIX: set both/),
      ]);
    }
  });

  it('are accepted with a prefix each', () => {
    const prefixes = { AWS_COGNITO_USER_ID_PREFIX: 'cognito:', JWT_USER_ID_PREFIX: 'issuer:' };
    const config = readApiConfig({ ...both, ...prefixes, NODE_ENV: 'production' });
    expect([config.cognito?.userIdPrefix, config.oidc?.userIdPrefix]).toEqual(['cognito:', 'issuer:']);
  });

  it('need no prefix where one is the development issuer, which production refuses', () => {
    const environment = {
      ...both,
      JWT_ISSUER: DEVELOPMENT_ISSUER,
      JWT_JWKS_URI: 'http://sign-in:4567/jwks.json',
      NODE_ENV: 'development',
    };
    expect(readApiConfig(environment)).toMatchObject({ oidc: { issuer: DEVELOPMENT_ISSUER } });
  });

  it('are the pool of a post-confirmation function and another: the function has the pool’s prefix', () => {
    expect(readProfileConfig({ AWS_COGNITO_USER_ID_PREFIX: 'cognito:' }).userIdPrefix).toBe('cognito:');
    expect(readProfileConfig({})).not.toHaveProperty('userIdPrefix');
  });
});

describe('what is given', () => {
  it('is taken over', () => {
    expect(
      readApiConfig({
        PORT: '0',
        LOG_LEVEL: 'debug',
        TRUST_PROXY: '2',
        RATE_LIMIT_WRITES_PER_MINUTE: '0',
        RATE_LIMIT_READS_PER_MINUTE: '60',
        RATE_LIMIT_ANONYMOUS_PER_MINUTE: '30',
        MAX_GROUP_MEMBERS: '2',
        MESSAGE_MAX_CHARS: '8192',
        ATTACHMENT_BUCKET: 'files.example',
        ATTACHMENT_MAX_BYTES: '1000',
        ATTACHMENT_TYPES: 'image/*, Application/PDF',
        AWS_ENDPOINT_URL_S3: 'http://localhost:5000',
        REDIS_URL: 'rediss://user:secret@cache.example:6380/1',
        AWS_COGNITO_USER_POOL_ID: 'us-east-1_AbCdEfGhI',
        AWS_COGNITO_USER_POOL_CLIENT_ID: 'client',
        JWT_ISSUER: 'https://issuer.example',
        JWT_AUDIENCE: 'api',
        JWT_JWKS_URI: 'https://issuer.example/keys',
        AWS_COGNITO_USER_ID_PREFIX: 'cognito:',
        JWT_USER_ID_PREFIX: 'issuer:',
        JWT_CLOCK_SKEW_SECONDS: '5',
        DDB_MESSAGE_TABLE: 'other-table',
        AWS_REGION: 'eu-west-1',
      }),
    ).toEqual({
      port: 0,
      logLevel: 'debug',
      corsOrigins: [],
      trustProxy: 2,
      rateLimits: { writesPerMinute: 0, readsPerMinute: 60, anonymousPerMinute: 30 },
      maxGroupMembers: 2,
      messageMaxChars: 8_192,
      attachments: { maxBytes: 1_000, types: ['image/*', 'application/pdf'] },
      bucket: { bucket: 'files.example', endpoint: 'http://localhost:5000', region: 'eu-west-1' },
      observer: { emf: false, capacityEvery: 20, traces: false },
      redisUrl: 'rediss://user:secret@cache.example:6380/1',
      cognito: { userPoolId: 'us-east-1_AbCdEfGhI', clientId: 'client', userIdPrefix: 'cognito:' },
      oidc: {
        issuer: 'https://issuer.example',
        audience: 'api',
        jwksUri: 'https://issuer.example/keys',
        userIdPrefix: 'issuer:',
      },
      clockSkewS: 5,
      dynamo: { tableName: 'other-table', region: 'eu-west-1' },
    });
  });

  it('as origins may be lists, with paths and spaces, and is each origin once', () => {
    const { corsOrigins } = readApiConfig({
      FRONTEND_URL: 'http://localhost:3000/, https://app.example/some/path',
      BACKEND_URL: 'https://app.example,*',
    });
    expect(corsOrigins).toEqual(['http://localhost:3000', 'https://app.example', '*']);
  });

  it.each<[string, number | string[]]>([
    ['1', 1],
    ['loopback', ['loopback']],
    ['10.0.0.0/8, 192.168.1.1', ['10.0.0.0/8', '192.168.1.1']],
    ['fc00::/7', ['fc00::/7']],
  ])('as a trusted proxy may be %p', (TRUST_PROXY, expected) => {
    expect(readApiConfig({ TRUST_PROXY }).trustProxy).toEqual(expected);
  });

  it.each(['0', '-1', 'true', '*', '10.0.0.0/33', '10.0.0.0/8/8', 'example.com', '10.0.0.1,', 'fc00::/129'])(
    'as a trusted proxy must not be %p',
    (TRUST_PROXY) => {
      expect(problemsOf(() => readApiConfig({ TRUST_PROXY }))).toEqual([
        expect.stringMatching(/^TRUST_PROXY: /),
      ]);
    },
  );
});

describe('the URL of Redis', () => {
  it.each([
    'redis://localhost',
    'redis://127.0.0.1:6379/0',
    'rediss://:p%40ss@cache.example',
    'redis://[::1]:6379/',
  ])('may be %s', (REDIS_URL) => {
    expect(readApiConfig({ REDIS_URL }).redisUrl).toBe(REDIS_URL);
  });

  it.each([
    'cache.example:6379',
    'http://secret:secret@cache.example',
    'valkey://secret@cache.example',
    'redis://',
    'redis:///0',
    'redis://secret@cache.example/messages',
    'redis://secret:%zz@cache.example',
    'redis://secret@cache.example:70000',
  ])('must not be %s, and is not repeated: it may hold a password', (REDIS_URL) => {
    const problems = problemsOf(() => readApiConfig({ REDIS_URL }));
    expect(problems).toEqual([expect.stringMatching(/^REDIS_URL: (?!.*secret)/)]);
  });
});

describe('a local run', () => {
  const limits = (environment: Environment) => readLocalConfig(environment).api.rateLimits;

  it('limits no rates unless told', () => {
    expect(limits({})).toEqual({ writesPerMinute: 0, readsPerMinute: 0, anonymousPerMinute: 0 });
    expect(limits({ RATE_LIMIT_WRITES_PER_MINUTE: '' }).writesPerMinute).toBe(0);
    expect(limits({ RATE_LIMIT_WRITES_PER_MINUTE: '5' })).toEqual({
      writesPerMinute: 5,
      readsPerMinute: 0,
      anonymousPerMinute: 0,
    });
  });

  it('is told what is wrong with them as any other', () => {
    expect(problemsOf(() => limits({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: 'x' }))).toEqual([
      expect.stringMatching(/^RATE_LIMIT_ANONYMOUS_PER_MINUTE: /),
    ]);
  });
});

describe('the endpoint', () => {
  it('of DynamoDB alone goes before that of everything', () => {
    const both = { AWS_ENDPOINT_URL: 'http://other:1', AWS_ENDPOINT_URL_DYNAMODB: LOCAL };
    expect(readDynamoConfig(both).endpoint).toBe(LOCAL);
    expect(readDynamoConfig({ AWS_ENDPOINT_URL: LOCAL }).endpoint).toBe(LOCAL);
    expect(readDynamoConfig({ ...both, AWS_ENDPOINT_URL_DYNAMODB: '' }).endpoint).toBe('http://other:1');
  });

  it('of a local engine gets credentials and a region, which the SDK demands and no engine looks at', () => {
    expect(readDynamoConfig({ AWS_ENDPOINT_URL: LOCAL })).toEqual({
      tableName: DEFAULT_TABLE_NAME,
      endpoint: LOCAL,
      region: expect.any(String),
      credentials: { accessKeyId: expect.any(String), secretAccessKey: expect.any(String) },
    });
  });

  it.each([
    AWS,
    'https://vpce-1a2b.dynamodb.us-east-1.vpce.amazonaws.com',
    'https://dynamodb.cn-north-1.amazonaws.com.cn',
    'https://dynamodb.us-east-1.api.aws',
  ])('of AWS gets neither: %s', (endpoint) => {
    expect(isAwsEndpoint(endpoint)).toBe(true);
    expect(readDynamoConfig({ AWS_ENDPOINT_URL: endpoint })).toEqual({
      tableName: DEFAULT_TABLE_NAME,
      endpoint,
    });
  });

  it.each(['http://amazonaws.com.example', 'http://localhost:8000/amazonaws.com', 'http://notamazonaws.com'])(
    'that only looks like AWS is local: %s',
    (endpoint) => {
      expect(isAwsEndpoint(endpoint)).toBe(false);
    },
  );

  it.each<Environment>([{ AWS_ACCESS_KEY_ID: 'own' }, { AWS_PROFILE: 'own' }])(
    'of a local engine leaves alone the credentials that are set: %p',
    (own) => {
      expect(readDynamoConfig({ AWS_ENDPOINT_URL: LOCAL, ...own })).not.toHaveProperty('credentials');
    },
  );

  it('has the region that is set, AWS_REGION first', () => {
    const regions = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
    expect(readDynamoConfig(regions).region).toBe('eu-west-1');
    expect(readDynamoConfig({ ...regions, AWS_REGION: '' }).region).toBe('eu-west-2');
    expect(readDynamoConfig({ ...regions, AWS_ENDPOINT_URL: LOCAL }).region).toBe('eu-west-1');
  });
});

const DYNAMO_VARIABLES = [
  'DDB_MESSAGE_TABLE',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_DYNAMODB',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
];
const API_VARIABLES = [
  'PORT',
  'LOG_LEVEL',
  'FRONTEND_URL',
  'BACKEND_URL',
  'TRUST_PROXY',
  'RATE_LIMIT_WRITES_PER_MINUTE',
  'RATE_LIMIT_READS_PER_MINUTE',
  'RATE_LIMIT_ANONYMOUS_PER_MINUTE',
  'MAX_GROUP_MEMBERS',
  'MESSAGE_MAX_CHARS',
  'ATTACHMENT_BUCKET',
  'ATTACHMENT_MAX_BYTES',
  'ATTACHMENT_TYPES',
  'AWS_ENDPOINT_URL_S3',
  'REDIS_URL',
  'AWS_COGNITO_USER_POOL_ID',
  'AWS_COGNITO_USER_POOL_CLIENT_ID',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_JWKS_URI',
  'JWT_USER_ID_PREFIX',
  'JWT_CLOCK_SKEW_SECONDS',
  'AWS_COGNITO_USER_ID_PREFIX',
];

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('nothing was found wrong');
}
