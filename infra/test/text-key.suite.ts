import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { resourcesOf, type Stack, synthesise, EXISTING } from './support/synthesis.ts';

const OWN_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const PURPOSE = { StringEquals: { 'kms:EncryptionContext:purpose': 'cruddur-message-text' } };

const task = z.object({
  ContainerDefinitions: z.tuple([
    z.looseObject({ Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })) }),
  ]),
});

/** The environment variables of the API for the key. */
function settingsOf(stacks: readonly Stack[]): Record<string, unknown> {
  const [found] = resourcesOf(stacks, 'AWS::ECS::TaskDefinition');
  const [{ Environment }] = task.parse(found?.Properties).ContainerDefinitions;
  const ofTexts = Environment.filter(({ Name }) => Name.startsWith('TEXT_'));
  return Object.fromEntries(ofTexts.map(({ Name, Value }) => [Name, Value]));
}

/** Every statement of every role that names the texts' purpose or their key. */
function statementsOf(stacks: readonly Stack[]) {
  const role = z.looseObject({
    Policies: z
      .array(z.object({ PolicyDocument: z.object({ Statement: z.array(z.looseObject({})) }) }))
      .default([]),
  });
  return ['AWS::IAM::Role', 'AWS::IAM::Policy'].flatMap((type) =>
    resourcesOf(stacks, type).flatMap(({ Properties }) => {
      const policies = type === 'AWS::IAM::Role' ? role.parse(Properties).Policies : [Properties];
      return policies
        .flatMap((policy) => role.shape.Policies.parse([policy]))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter((one) => /TextKey|cruddur-message-text/.test(JSON.stringify(one)))
        .map((one) => ({ one, of: JSON.stringify(Properties['AssumeRolePolicyDocument'] ?? '') }));
    }),
  );
}

function textKeysOf(stacks: readonly Stack[]) {
  return resourcesOf(stacks, 'AWS::KMS::Key')
    .map(({ Properties }) => Properties)
    .filter(({ Description }) => Description === 'Encrypts the texts of messages');
}

describe('without encrypted texts', () => {
  it('there is no key for them, and no role may use one', () => {
    const stacks = synthesise();
    expect(textKeysOf(stacks)).toEqual([]);
    expect(statementsOf(stacks)).toEqual([]);
    expect(settingsOf(stacks)).toEqual({});
  });
});

describe('with encrypted texts', () => {
  it('there is a rotated key, which only the API may use, and only for texts', () => {
    const stacks = synthesise({ textEncryption: 'on' });
    expect(textKeysOf(stacks)).toEqual([
      expect.objectContaining({ EnableKeyRotation: true, KeyPolicy: expect.anything() }),
    ]);
    const [statement, ...others] = statementsOf(stacks);
    expect(others).toEqual([]);
    expect(statement?.of).toContain('ecs-tasks.amazonaws.com');
    expect(statement?.one).toEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: { Ref: expect.stringContaining('textkeyarn') },
      Condition: PURPOSE,
    });
    expect(settingsOf(stacks)).toEqual({
      TEXT_ENCRYPTION: 'on',
      TEXT_KEYS: { Ref: expect.stringContaining('textkeyarn') },
    });
  });

  it('of which no new ones are encrypted, the key makes no new data keys', () => {
    const stacks = synthesise({ textEncryption: 'reading' });
    expect(textKeysOf(stacks)).toHaveLength(1);
    expect(statementsOf(stacks).map(({ one }) => one)).toEqual([
      expect.objectContaining({ Action: 'kms:Decrypt', Condition: PURPOSE }),
    ]);
    expect(settingsOf(stacks)).toMatchObject({ TEXT_ENCRYPTION: 'off' });
  });

  it('the key can have a replica in another region, now or later; for an existing table, its key is a setting', () => {
    expect(textKeysOf(synthesise({ textEncryption: 'on' }))).toEqual([
      expect.objectContaining({ MultiRegion: true }),
    ]);
    const taken = synthesise({ textEncryption: 'on', ...EXISTING, textKeyArns: [OWN_KEY] });
    expect(textKeysOf(taken)).toEqual([]);
    expect(settingsOf(taken)).toEqual({ TEXT_ENCRYPTION: 'on', TEXT_KEYS: OWN_KEY });
    expect(statementsOf(taken).map(({ one }) => one)).toEqual([
      expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: OWN_KEY }),
    ]);
  });
});
