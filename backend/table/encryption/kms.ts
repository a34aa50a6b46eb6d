import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type GenerateDataKeyCommandOutput,
  KMS,
  type KMSClientConfig,
  KMSServiceException,
} from '@aws-sdk/client-kms';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { TextKeysUnavailableError } from '../../errors.ts';

/** A request to KMS. The context is authenticated with each data key, and CloudTrail records it. */
interface KeyRequest {
  readonly KeyId: string;
  readonly EncryptionContext?: Record<string, string>;
}
type DataKeyRequest = KeyRequest & { readonly NumberOfBytes?: number };
type DecryptRequest = KeyRequest & { readonly CiphertextBlob: Uint8Array };

/** A data key as KMS returns it. */
export interface DataKey {
  readonly KeyId: string;
  readonly Plaintext: Uint8Array;
  /** Of a newly generated key: the encrypted key, which is stored with each text. */
  readonly CiphertextBlob?: Uint8Array;
}

/** The operations of KMS that are used. */
export interface KmsApi {
  generateDataKey(request: DataKeyRequest): Promise<DataKey>;
  decrypt(request: DecryptRequest): Promise<DataKey>;
}

const ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 1_000;
/** KMS answers in about ten milliseconds. */
const ANSWER_TIMEOUT_MS = 2_000;

/** Opens KMS in a region. @param credentials absent: as the SDK finds them. */
export function openKms(region: string, credentials?: KMSClientConfig['credentials']): KmsApi {
  const client = new KMS({
    region,
    maxAttempts: ATTEMPTS,
    ...(credentials && { credentials }),
    requestHandler: new UndiciHttpHandler({
      dispatcher: {
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      },
    }),
  });
  return {
    generateDataKey: async (request) => dataKeyOf(await client.generateDataKey({ ...request })),
    decrypt: async (request) => dataKeyOf(await client.decrypt({ ...request })),
  };
}

/** Calls `failed` for each call of KMS that fails after all attempts. */
export function countFailures(kms: KmsApi, failed: () => void): KmsApi {
  const counted = async (call: Promise<DataKey>): Promise<DataKey> => {
    try {
      return await call;
    } catch (error) {
      failed();
      throw error;
    }
  };
  return {
    generateDataKey: (request) => counted(kms.generateDataKey(request)),
    decrypt: (request) => counted(kms.decrypt(request)),
  };
}

function dataKeyOf({ KeyId, Plaintext, CiphertextBlob }: GenerateDataKeyCommandOutput): DataKey {
  if (KeyId === undefined || Plaintext === undefined) throw new TypeError('KMS answered without a key');
  return { KeyId, Plaintext, ...(CiphertextBlob && { CiphertextBlob }) };
}

/** Errors that say that the key or the ciphertext is unusable: a retry gives the same answer. */
const FINAL_ANSWERS = new Set([
  'DisabledException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
]);

/** A transient failure of KMS during some work. */
interface TransientFailure {
  cause?: unknown;
}
const failures = new AsyncLocalStorage<TransientFailure>();

/**
 * Runs work that may call KMS. The Encryption SDK throws one error for every cause; this distinguishes transient from
 * permanent failures.
 * @throws TextKeysUnavailableError where it failed because KMS could not be reached.
 */
export async function askingKms<Result>(work: () => Promise<Result>): Promise<Result> {
  const failure: TransientFailure = {};
  try {
    return await failures.run(failure, work);
  } catch (error) {
    if (failure.cause === undefined) throw error;
    throw new TextKeysUnavailableError({ cause: failure.cause });
  }
}

/**
 * KMS as the keyrings call it. Equal requests that are in flight together share one call: a page of messages under one
 * data key is one call, and so are the first sends of a process that has just started.
 */
export class SharedKms {
  readonly #kms: KmsApi;
  readonly #underWay = new Map<string, Promise<DataKey>>();

  constructor(kms: KmsApi) {
    this.#kms = kms;
  }

  generateDataKey(request: DataKeyRequest): Promise<DataKey> {
    return this.#share(`generate ${JSON.stringify(request)}`, () => this.#kms.generateDataKey(request));
  }

  decrypt(request: DecryptRequest): Promise<DataKey> {
    const { CiphertextBlob, ...rest } = request;
    const blob = Buffer.from(CiphertextBlob).toString('base64');
    return this.#share(`decrypt ${JSON.stringify(rest)} ${blob}`, () => this.#kms.decrypt(request));
  }

  /** Would wrap a data key under a second key: no text here has two. */
  encrypt(): Promise<never> {
    return Promise.reject(new TypeError('a text is encrypted with one key'));
  }

  async #share(key: string, ask: () => Promise<DataKey>): Promise<DataKey> {
    const asking = this.#underWay.get(key) ?? ask().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asking);
    try {
      const answer = await asking;
      // The keyring wipes the bytes that it is given, so each caller gets its own copy.
      return { ...answer, Plaintext: new Uint8Array(answer.Plaintext) };
    } catch (error) {
      const isFinal = error instanceof KMSServiceException && FINAL_ANSWERS.has(error.name);
      const failure = failures.getStore();
      if (failure && !isFinal) failure.cause ??= error;
      throw error;
    }
  }
}
