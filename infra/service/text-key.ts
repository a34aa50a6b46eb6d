import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ENCRYPTION_CONTEXT } from '../../backend/table/encryption/encryption-context.ts';

/** The key of the texts, and its use. */
export interface TextKey {
  readonly keyArn: string;
  /** Whether new texts are encrypted. */
  readonly encrypts: boolean;
}

/** The environment variables of the containers for it. */
export function textKeyEnvironment(key: TextKey | undefined): Record<string, string> {
  return key ? { TEXT_KEYS: key.keyArn, TEXT_ENCRYPTION: key.encrypts ? 'on' : 'off' } : {};
}

/** Allows the key only for data keys of texts: what it encrypted for another purpose cannot be decrypted. */
export function textKeyStatements(key: TextKey | undefined): PolicyStatement[] {
  if (!key) return [];
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', ...(key.encrypts ? ['kms:GenerateDataKey'] : [])],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:purpose': ENCRYPTION_CONTEXT.purpose } },
    }),
  ];
}
