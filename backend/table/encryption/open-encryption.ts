import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { Logger } from '../../logger.ts';
import { NO_RECORDER, type Recorder } from '../../metrics/recorder.ts';
import type { TextConfig } from '../../text-config.ts';
import { NO_ENCRYPTION, type TextEncryption } from './text-encryption.ts';

/**
 * Opens the encryption of texts. The Encryption SDK is loaded only where there is a key: loading takes a quarter of a
 * second and 30 MB.
 * @param config absent: texts are stored as they are.
 * @param parts.credentials for KMS; absent: as the SDK finds them.
 */
export async function openEncryption(
  config: TextConfig | undefined,
  parts: {
    readonly logger: Logger;
    readonly credentials?: KMSClientConfig['credentials'];
    /** Default: failures of KMS are not counted. */
    readonly recorder?: Recorder;
  },
): Promise<TextEncryption> {
  if (!config) return NO_ENCRYPTION;
  const { logger, credentials, recorder = NO_RECORDER } = parts;
  const [{ createTextCipher }, { countFailures, openKms }, { EncryptedTexts }] = await Promise.all([
    import('./cipher.ts'),
    import('./kms.ts'),
    import('./encrypted-texts.ts'),
  ]);
  const cipher = createTextCipher({
    keys: config.keys,
    openKms: (region) => countFailures(openKms(region, credentials), () => recorder.record('keyFailures', 1)),
  });
  return new EncryptedTexts({ cipher, encrypts: config.encrypts, logger });
}
