import {
  AlgorithmSuiteIdentifier,
  AwsKmsMrkAwareSymmetricKeyringNode,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  type KeyringNode,
  MultiKeyringNode,
  NodeCachingMaterialsManager,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { TextKeysUnavailableError } from '../../errors.ts';
import type { TextKey } from '../../text-config.ts';
import { ENCRYPTION_CONTEXT } from './encryption-context.ts';
import { askingKms, type KmsApi, SharedKms } from './kms.ts';

/** What was decrypted, or why it never can be. */
export type Decrypted = { readonly bytes: Uint8Array } | { readonly reason: string };

/** Encrypts and decrypts bytes. */
export interface TextCipher {
  /** @throws TextKeysUnavailableError */
  encrypt(bytes: Uint8Array): Promise<Uint8Array>;
  /** @throws TextKeysUnavailableError */
  decrypt(encrypted: Uint8Array): Promise<Decrypted>;
}

/** Key commitment, so that exactly one key decrypts a text. No signature: that would serve readers without the key. */
const SUITE = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const POLICY = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;

/** How long a data key is used to encrypt and decrypt, and how long a key that was revoked still decrypts texts. */
const DATA_KEY_LIFE_MS = 60 * 60 * 1_000;
/** Texts under one data key: each has a key derived from it, so this bounds what a leaked data key decrypts. */
const MAX_TEXTS_A_KEY = 100_000;
/** Data keys kept to decrypt texts: a month of ten processes. About 2 KB each. */
const MAX_DATA_KEYS = 10_000;

const KEY_NAMESPACE = 'cruddur';

export interface CipherParts {
  /** The first one encrypts; all of them decrypt. */
  readonly keys: readonly [TextKey, ...TextKey[]];
  /** KMS in a region. */
  readonly openKms: (region: string) => KmsApi;
  /** Default: DATA_KEY_LIFE_MS. */
  readonly dataKeyLifeMs?: number;
}

/** Encrypts and decrypts with the AWS Encryption SDK: each text is a message of its format, under a cached data key. */
export function createTextCipher({
  keys,
  openKms,
  dataKeyLifeMs = DATA_KEY_LIFE_MS,
}: CipherParts): TextCipher {
  const [first, ...others] = keys.map((key) => keyringOf(key, openKms));
  if (!first) throw new TypeError('there is a key');
  const client = buildClient({ commitmentPolicy: POLICY, maxEncryptedDataKeys: 1 });
  const encrypting = new NodeCachingMaterialsManager({
    backingMaterials: first,
    cache: getLocalCryptographicMaterialsCache(1),
    maxAge: dataKeyLifeMs,
    maxMessagesEncrypted: MAX_TEXTS_A_KEY,
  });
  const decrypting = new NodeCachingMaterialsManager({
    backingMaterials: new MultiKeyringNode({ children: [first, ...others] }),
    cache: getLocalCryptographicMaterialsCache(MAX_DATA_KEYS),
    maxAge: dataKeyLifeMs,
  });
  return {
    encrypt: async (bytes) => {
      try {
        const options = { suiteId: SUITE, encryptionContext: ENCRYPTION_CONTEXT };
        const { result } = await client.encrypt(encrypting, bytes, options);
        return plainBytes(result);
      } catch (cause) {
        // Whatever the cause, nothing is stored, and an operator can fix it.
        throw new TextKeysUnavailableError({ cause });
      }
    },
    decrypt: (encrypted) =>
      askingKms(async () => {
        const { plaintext, messageHeader } = await client.decrypt(decrypting, encrypted);
        const isText = messageHeader.encryptionContext['purpose'] === ENCRYPTION_CONTEXT.purpose;
        return isText ? { bytes: plaintext } : { reason: 'it was encrypted for another purpose' };
      }).catch((error: unknown) => {
        if (error instanceof TextKeysUnavailableError) throw error;
        return { reason: error instanceof Error ? firstLine(error.message) : 'unknown' };
      }),
  };
}

function keyringOf(key: TextKey, openKms: CipherParts['openKms']): KeyringNode {
  switch (key.kind) {
    case 'kms':
      return new AwsKmsMrkAwareSymmetricKeyringNode({
        keyId: key.arn,
        client: new SharedKms(openKms(regionOf(key.arn))),
      });
    case 'local':
      return new RawAesKeyringNode({
        keyNamespace: KEY_NAMESPACE,
        keyName: key.name,
        // The keyring wipes the bytes that it is given.
        unencryptedMasterKey: new Uint8Array(key.key),
        wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
      });
  }
}

function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/** A plain Uint8Array, as DynamoDB returns one. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
