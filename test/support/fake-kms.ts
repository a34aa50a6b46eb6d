import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { InvalidCiphertextException } from '@aws-sdk/client-kms';
import type { KmsApi } from '../../backend/table/encryption/kms.ts';

/** The ARN of a key that no account has. */
export const KMS_KEY = 'arn:aws:kms:eu-west-1:123456789012:key/0b1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
export const OTHER_KMS_KEY = 'arn:aws:kms:eu-west-1:123456789012:key/ffffffff-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

/** Length of a data key of 32 bytes after KMS has encrypted it: the real one's, because it costs storage. */
const BLOB_BYTES = 184;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** KMS in memory: it encrypts data keys, bound to their context, and counts its calls. */
export interface FakeKms extends KmsApi {
  /** Calls so far. */
  readonly calls: { generateDataKey: number; decrypt: number };
  /** The error of every call, unless undefined. */
  failure: Error | undefined;
  /** Every context that a call named. */
  readonly contexts: ReadonlySet<string>;
}

export function createFakeKms(): FakeKms {
  const master = randomBytes(32);
  const contexts = new Set<string>();
  const aadOf = (keyId: string, context: object | undefined) => Buffer.from(JSON.stringify([keyId, context]));
  const fake: FakeKms = {
    calls: { generateDataKey: 0, decrypt: 0 },
    failure: undefined,
    contexts,
    generateDataKey: async ({ KeyId, EncryptionContext }) => {
      fake.calls.generateDataKey += 1;
      await answer(fake);
      contexts.add(JSON.stringify(EncryptionContext));
      const Plaintext = randomBytes(32);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', master, iv).setAAD(aadOf(KeyId, EncryptionContext));
      const wrapped = Buffer.concat([iv, cipher.update(Plaintext), cipher.final(), cipher.getAuthTag()]);
      const CiphertextBlob = Buffer.concat([wrapped, Buffer.alloc(BLOB_BYTES - wrapped.length)]);
      return { KeyId, Plaintext: new Uint8Array(Plaintext), CiphertextBlob: new Uint8Array(CiphertextBlob) };
    },
    decrypt: async ({ KeyId, EncryptionContext, CiphertextBlob }) => {
      fake.calls.decrypt += 1;
      await answer(fake);
      const blob = Buffer.from(CiphertextBlob);
      const [iv, key, tag] = [
        blob.subarray(0, IV_BYTES),
        blob.subarray(IV_BYTES, IV_BYTES + 32),
        blob.subarray(IV_BYTES + 32, IV_BYTES + 32 + TAG_BYTES),
      ];
      try {
        const decipher = createDecipheriv('aes-256-gcm', master, iv).setAAD(aadOf(KeyId, EncryptionContext));
        const Plaintext = Buffer.concat([decipher.setAuthTag(tag).update(key), decipher.final()]);
        return { KeyId, Plaintext: new Uint8Array(Plaintext) };
      } catch {
        throw new InvalidCiphertextException({ message: 'not of this key', $metadata: {} });
      }
    },
  };
  return fake;
}

/** KMS takes time, so that calls overlap; or it fails. */
async function answer({ failure }: FakeKms): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (failure) throw failure;
}
