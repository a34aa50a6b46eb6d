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
import { TextKeysUnavailableError } from '../errors.ts';
import type { TextKey } from '../text-config.ts';
import { TEXT_CONTEXT } from './text-context.ts';
import { askingKms, type KmsApi, SharedKms } from './kms.ts';

/** What was sealed, opened; or why it never can be. */
export type Unsealed = { readonly bytes: Uint8Array } | { readonly reason: string };

/** Seals bytes, and opens them. */
export interface TextCipher {
  /** @throws TextKeysUnavailableError */
  seal(bytes: Uint8Array): Promise<Uint8Array>;
  /** @throws TextKeysUnavailableError */
  open(sealed: Uint8Array): Promise<Unsealed>;
}

/** Key commitment, so that a text has one key that opens it; no signature, which would be for who has no key. */
const SUITE = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
const POLICY = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;

/** How long a data key is used, to seal and to open; and how long a key that was taken away still opens texts. */
const DATA_KEY_LIFE_MS = 60 * 60 * 1_000;
/** Texts under one data key: each has a key derived from it, so this bounds what one that leaks opens. */
const MAX_TEXTS_A_KEY = 100_000;
/** Data keys kept to open texts: those of ten processes of a month. About 2 KB each. */
const MAX_DATA_KEYS = 10_000;

const KEY_NAMESPACE = 'cruddur';

export interface CipherParts {
  /** The first one seals; all open. */
  readonly keys: readonly [TextKey, ...TextKey[]];
  /** KMS in a region. */
  readonly openKms: (region: string) => KmsApi;
  /** Default: DATA_KEY_LIFE_MS. */
  readonly dataKeyLifeMs?: number;
}

/** Seals and opens with the AWS Encryption SDK: each text is a message of its format, under a cached data key. */
export function createTextCipher({
  keys,
  openKms,
  dataKeyLifeMs = DATA_KEY_LIFE_MS,
}: CipherParts): TextCipher {
  const [first, ...others] = keys.map((key) => keyringOf(key, openKms));
  if (!first) throw new TypeError('there is a key');
  const { encrypt, decrypt } = buildClient({ commitmentPolicy: POLICY, maxEncryptedDataKeys: 1 });
  const sealing = new NodeCachingMaterialsManager({
    backingMaterials: first,
    cache: getLocalCryptographicMaterialsCache(1),
    maxAge: dataKeyLifeMs,
    maxMessagesEncrypted: MAX_TEXTS_A_KEY,
  });
  const opening = new NodeCachingMaterialsManager({
    backingMaterials: new MultiKeyringNode({ children: [first, ...others] }),
    cache: getLocalCryptographicMaterialsCache(MAX_DATA_KEYS),
    maxAge: dataKeyLifeMs,
  });
  return {
    seal: async (bytes) => {
      try {
        const options = { suiteId: SUITE, encryptionContext: TEXT_CONTEXT };
        const { result } = await encrypt(sealing, bytes, options);
        return plainBytes(result);
      } catch (cause) {
        // Whatever it was, nothing is stored, and an operator can put it right.
        throw new TextKeysUnavailableError({ cause });
      }
    },
    open: (sealed) =>
      askingKms(async () => {
        const { plaintext, messageHeader } = await decrypt(opening, sealed);
        const isText = messageHeader.encryptionContext['purpose'] === TEXT_CONTEXT.purpose;
        return isText ? { bytes: plaintext } : { reason: 'it was sealed for another purpose' };
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
        // The keyring wipes what it is given.
        unencryptedMasterKey: new Uint8Array(key.key),
        wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
      });
  }
}

function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/** Bytes with no more to them: what DynamoDB hands back is the same kind of thing. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
