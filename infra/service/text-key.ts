import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ENCRYPTION_CONTEXT } from '../../backend/table/encryption/encryption-context.ts';

/** The key of the texts, and what is done with it. */
export interface TextKey {
  readonly keyArn: string;
  /** Whether new texts are sealed. */
  readonly seals: boolean;
}

/** What the containers are told of it. */
export function textKeyEnvironment(key: TextKey | undefined): Record<string, string> {
  return key ? { TEXT_KEYS: key.keyArn, TEXT_ENCRYPTION: key.seals ? 'on' : 'off' } : {};
}

/** The key for data keys of texts alone: what is sealed with it for another purpose stays sealed. */
export function textKeyStatements(key: TextKey | undefined): PolicyStatement[] {
  if (!key) return [];
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', ...(key.seals ? ['kms:GenerateDataKey'] : [])],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:purpose': ENCRYPTION_CONTEXT.purpose } },
    }),
  ];
}
