import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { EXISTING, onlyResource, resourcesOf, type Stack, STANDBY, synthesise } from './support/synthesis.ts';

let stacks: readonly Stack[];
beforeAll(() => {
  stacks = synthesise();
});

const poolOf = (found: readonly Stack[]) => onlyResource(found, 'AWS::Cognito::UserPool').Properties;
const attribute = z.object({ Name: z.string(), Required: z.boolean().optional() });

describe('the user pool', () => {
  it('requires an e-mail address and a name, which the sign-up page therefore asks for, and can never change that', () => {
    const schema = z.array(attribute).parse(poolOf(stacks)['Schema']);
    const required = schema.filter(({ Required }) => Required).map(({ Name }) => Name);
    expect(required.sort()).toEqual(['email', 'name']);
  });

  it('sends e-mails itself, or by Amazon SES from the given sender', () => {
    expect(poolOf(stacks)).not.toHaveProperty('EmailConfiguration');
    const { EmailConfiguration } = poolOf(synthesise({ mailFrom: 'chat@mail.example.com' }));
    expect(EmailConfiguration).toMatchObject({
      EmailSendingAccount: 'DEVELOPER',
      From: 'chat@mail.example.com',
    });
    expect(JSON.stringify(EmailConfiguration)).toContain(':identity/mail.example.com');
  });
});

const OWN_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const container = z.object({
  ContainerDefinitions: z.tuple([
    z.looseObject({ Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })) }),
  ]),
});

/** The environment variables of the API about users. */
function apiSettings(found: readonly Stack[]): Record<string, unknown> {
  const [{ Environment }] = container.parse(
    onlyResource(found, 'AWS::ECS::TaskDefinition').Properties,
  ).ContainerDefinitions;
  return Object.fromEntries(
    Environment.filter(({ Name }) => Name.startsWith('AWS_COGNITO_')).map(({ Name, Value }) => [Name, Value]),
  );
}

describe('a region in reserve', () => {
  it('gets the users with their ids: the pool is replicated, and tokens name an issuer of both regions', () => {
    const found = synthesise({ ...STANDBY, standbyKeyArn: OWN_KEY });
    expect(poolOf(found)).toMatchObject({
      UserPoolTier: 'ESSENTIALS',
      IssuerConfiguration: { Type: 'UPDATED' },
      KeyConfiguration: { KeyType: 'CUSTOMER_MANAGED_KEY', KmsKeyArn: STANDBY['userPoolKeyArn'] },
    });
    expect(onlyResource(found, 'AWS::Cognito::UserPoolReplica').Properties).toMatchObject({
      RegionName: 'eu-central-1',
    });
    expect(onlyResource(found, 'AWS::Cognito::UserPoolDomain').Properties).toMatchObject({
      Domain: 'login.example.com',
      Routing: { Failover: { SecondaryRegion: 'eu-central-1' } },
    });
    expect(apiSettings(found)).toMatchObject({
      AWS_COGNITO_REPLICATED: 'true',
      AWS_COGNITO_SIGN_IN_DOMAIN: 'login.example.com',
    });
    expect(apiSettings(stacks)).not.toHaveProperty('AWS_COGNITO_REPLICATED');
  });

  it('cannot be set up without the users', () => {
    const { standbyRegion } = STANDBY;
    expect(() => synthesise({ standbyRegion, standbyKeyArn: OWN_KEY })).toThrow(
      /userPoolKeyArn: goes with standbyRegion.*\nsignIn: goes with standbyRegion/,
    );
  });

  it('takes over with the replica of the pool, under the same ids, and creates no pool of its own', () => {
    const pool = {
      id: 'us-east-1_AbCdEfGhI',
      clientId: '1example23456789',
      signInDomain: 'login.example.com',
    };
    const found = synthesise({ ...EXISTING, replicatedUserPool: pool });
    for (const type of [
      'AWS::Cognito::UserPool',
      'AWS::Cognito::UserPoolClient',
      'AWS::Cognito::UserPoolDomain',
    ])
      expect(resourcesOf(found, type)).toEqual([]);
    expect(
      onlyResource(found, 'AWS::Cognito::UserPoolRegionalConfigurationAttachment').Properties,
    ).toMatchObject({
      UserPoolId: pool.id,
      Status: 'ACTIVE',
    });
    expect(apiSettings(found)).toEqual({
      AWS_COGNITO_USER_POOL_ID: pool.id,
      AWS_COGNITO_USER_POOL_CLIENT_ID: pool.clientId,
      AWS_COGNITO_SIGN_IN_DOMAIN: pool.signInDomain,
      AWS_COGNITO_REPLICATED: 'true',
    });
  });
});
