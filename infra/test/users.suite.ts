import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { onlyResource, type Stack, synthesise, useSynthesis } from './support/synthesis.ts';

useSynthesis();

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
