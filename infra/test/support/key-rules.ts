import * as z from 'zod';
import { policyDocument, type Statement } from './policy-statements.ts';
import { resourcesOf, type Stack } from './synthesis.ts';

/*
 * What a key's policy allows, whatever policies the roles have. KMS checks the key's policy first: a statement for the
 * account with every action hands the key over to each role's own policy.
 */

const key = z.looseObject({ Description: z.string(), KeyPolicy: policyDocument });

/** Actions that read or write with a key, or give that away. */
const USE = /^kms:(\*|Decrypt|Encrypt|GenerateDataKey|ReEncrypt|CreateGrant|Create\*)/;

/** The keys whose policy lets any role of the account use them directly, or that a forgotten condition opens. */
export function keysThatAnyRoleMayUse(stacks: readonly Stack[]): string[] {
  return resourcesOf(stacks, 'AWS::KMS::Key')
    .map(({ Properties }) => key.parse(Properties))
    .filter(({ Description }) => /table|texts/.test(Description))
    .filter(({ KeyPolicy }) => KeyPolicy.Statement.some(isOpen))
    .map(({ Description }) => Description);
}

/** Whether a statement allows use to the whole account: neither the service in between nor the role is limited. */
function isOpen({ Effect, Action, Condition }: Statement): boolean {
  const conditions = Object.values(Condition).flatMap((one) => Object.keys(one));
  return (
    Effect === 'Allow' &&
    Action.some((action) => USE.test(String(action))) &&
    !conditions.includes('kms:ViaService') &&
    !conditions.includes('aws:PrincipalArn')
  );
}
