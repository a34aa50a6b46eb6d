import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type GenerateDataKeyCommandOutput,
  KMS,
  type KMSClientConfig,
  KMSServiceException,
} from '@aws-sdk/client-kms';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { TextKeysUnavailableError } from '../errors.ts';

/** What is asked of KMS; the context is authenticated with each data key, and shows in the trail. */
interface KeyRequest {
  readonly KeyId: string;
  readonly EncryptionContext?: Record<string, string>;
}
type DataKeyRequest = KeyRequest & { readonly NumberOfBytes?: number };
type DecryptRequest = KeyRequest & { readonly CiphertextBlob: Uint8Array };

/** A data key as KMS answers with it. */
export interface DataKey {
  readonly KeyId: string;
  readonly Plaintext: Uint8Array;
  /** Of one that was made just now: the key as it is stored with each text. */
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

/** KMS in a region. @param credentials absent: as the SDK finds them. */
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

function dataKeyOf({ KeyId, Plaintext, CiphertextBlob }: GenerateDataKeyCommandOutput): DataKey {
  if (KeyId === undefined || Plaintext === undefined) throw new TypeError('KMS answered without a key');
  return { KeyId, Plaintext, ...(CiphertextBlob && { CiphertextBlob }) };
}

/** Says of a key, or of what it is to decrypt, that it will not do: asking again gives the same answer. */
const FINAL_ANSWERS = new Set([
  'DisabledException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
]);

/** What KMS could not be asked in the course of some work. */
interface Trouble {
  passing?: unknown;
}
const troubles = new AsyncLocalStorage<Trouble>();

/**
 * Does something that may ask KMS. The Encryption SDK makes one error of all that a key could not be had for: here what
 * passes is told from what stays.
 * @throws TextKeysUnavailableError where it failed because KMS could not be asked.
 */
export async function askingKms<Result>(work: () => Promise<Result>): Promise<Result> {
  const trouble: Trouble = {};
  try {
    return await troubles.run(trouble, work);
  } catch (error) {
    if (trouble.passing === undefined) throw error;
    throw new TextKeysUnavailableError({ cause: trouble.passing });
  }
}

/**
 * KMS as the keyrings call it. Whoever asks for what others are asking for already waits with them: a page of messages
 * under one data key is one call, and so are the first sends of a process that has just started.
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

  /** Wraps a data key under a second key: no text here has two. */
  encrypt(): Promise<never> {
    return Promise.reject(new TypeError('a text is sealed with one key'));
  }

  async #share(key: string, ask: () => Promise<DataKey>): Promise<DataKey> {
    const asking = this.#underWay.get(key) ?? ask().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asking);
    try {
      const answer = await asking;
      // The keyring wipes what it is given: each has a copy of its own.
      return { ...answer, Plaintext: new Uint8Array(answer.Plaintext) };
    } catch (error) {
      const isFinal = error instanceof KMSServiceException && FINAL_ANSWERS.has(error.name);
      const trouble = troubles.getStore();
      if (trouble && !isFinal) trouble.passing ??= error;
      throw error;
    }
  }
}
