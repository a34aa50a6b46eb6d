import { createLogger } from '../../backend/logger.ts';
import type { TextKey } from '../../backend/text-config.ts';
import type { KmsApi } from '../../backend/texts/kms.ts';
import { SealedTexts } from '../../backend/texts/sealed-texts.ts';
import { createTextCipher } from '../../backend/texts/text-cipher.ts';
import { createFakeKms, KMS_KEY } from './fake-kms.ts';

/** The environment of a process that seals texts. */
export const SEALING = {
  TEXT_ENCRYPTION: 'on',
  TEXT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
} as const;

/** A key as the environment would give it; the same one for the same name. */
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
  /** What is logged: a JSON text each. */
  readonly logLines?: string[];
  readonly dataKeyLifeMs?: number;
}

/** Texts as a process seals and opens them: nothing of what it remembers is shared with others. */
export function sealedTexts(options: SealedOptions = {}): SealedTexts {
  const { keys = [localKey()], kms = createFakeKms(), seals = true, logLines = [], dataKeyLifeMs } = options;
  return new SealedTexts({
    cipher: createTextCipher({
      keys,
      openKms: () => kms,
      ...(dataKeyLifeMs !== undefined && { dataKeyLifeMs }),
    }),
    seals,
    logger: createLogger('info', { write: (line) => void logLines.push(line) }),
  });
}
