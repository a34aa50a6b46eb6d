import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ENCRYPTION_CONTEXT } from '../../backend/table/encryption/encryption-context.ts';

/** The keys of the texts, and their use. */
export interface TextKeys {
  /** The first one encrypts; all decrypt. */
  readonly keyArns: readonly string[];
  /** Whether new texts are encrypted. */
  readonly encrypts: boolean;
}

/** The environment variables of the containers for them. */
export function textKeyEnvironment(keys: TextKeys | undefined): Record<string, string> {
  return keys ? { TEXT_KEYS: keys.keyArns.join(','), TEXT_ENCRYPTION: keys.encrypts ? 'on' : 'off' } : {};
}

/** Allows the keys only for data keys of texts: what they encrypted for another purpose cannot be decrypted. */
export function textKeyStatements(keys: TextKeys | undefined): PolicyStatement[] {
  if (!keys) return [];
  const conditions = { StringEquals: { 'kms:EncryptionContext:purpose': ENCRYPTION_CONTEXT.purpose } };
  const statements = [
    new PolicyStatement({ actions: ['kms:Decrypt'], resources: [...keys.keyArns], conditions }),
  ];
  const [first] = keys.keyArns;
  if (keys.encrypts && first !== undefined)
    statements.push(
      new PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: [first], conditions }),
    );
  return statements;
}
