import type { LogEntry, Message, ShownSummary } from '../../backend/domain/model.ts';
import { createLogger } from '../../backend/logger.ts';
import type { TextKey } from '../../backend/text-config.ts';
import type { KmsApi } from '../../backend/table/encryption/kms.ts';
import { EncryptedTexts } from '../../backend/table/encryption/encrypted-texts.ts';
import type { SummaryOfGroup, TextEncryption } from '../../backend/table/encryption/text-encryption.ts';
import { createTextCipher } from '../../backend/table/encryption/cipher.ts';
import { createFakeKms, KMS_KEY } from './fake-kms.ts';

/** The environment of a process that encrypts texts. */
export const SEALING = {
  TEXT_ENCRYPTION: 'on',
  TEXT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
} as const;

/** Returns a key as the environment would give it; the same one for the same name. */
export function localKey(name = 'test'): TextKey {
  const key = new Uint8Array(32);
  key.set(Buffer.from(name).subarray(0, key.length));
  return { kind: 'local', name, key };
}

/** The test's key of KMS. */
export const kmsKey: TextKey = { kind: 'kms', arn: KMS_KEY };

export interface SealedOptions {
  readonly keys?: readonly [TextKey, ...TextKey[]];
  readonly kms?: KmsApi;
  readonly seals?: boolean;
  /** Log lines, as JSON texts. */
  readonly logLines?: string[];
  readonly dataKeyLifeMs?: number;
}

/** Creates the encryption of one process: it shares no cache with others. */
export function sealedTexts(options: SealedOptions = {}): EncryptedTexts {
  const { keys = [localKey()], kms = createFakeKms(), seals = true, logLines = [], dataKeyLifeMs } = options;
  return new EncryptedTexts({
    cipher: createTextCipher({
      keys,
      openKms: () => kms,
      ...(dataKeyLifeMs !== undefined && { dataKeyLifeMs }),
    }),
    encrypts: seals,
    logger: createLogger('info', { write: (line) => void logLines.push(line) }),
  });
}

/** Encrypts a message's text, as it is stored. */
export async function sealMessage(encryption: TextEncryption, entry: LogEntry): Promise<LogEntry> {
  const { message } = entry;
  return typeof message === 'string' ? { ...entry, ...(await encryption.encrypt(entry, message)) } : entry;
}

/** Decrypts a stored message. */
export async function openMessage(encryption: TextEncryption, entry: LogEntry): Promise<Message> {
  const [message] = await encryption.decryptMessages([entry]);
  if (!message) throw new TypeError('there is one message for each entry');
  return message;
}

/** A stored summary as this encryption reads it. */
export async function openSummary(
  encryption: TextEncryption,
  summary: SummaryOfGroup,
): Promise<ShownSummary> {
  const [opened] = await encryption.decryptSummaries([summary]);
  if (!opened) throw new TypeError('there is one summary for each group');
  return opened;
}
