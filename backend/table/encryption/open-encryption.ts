import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { Logger } from '../../logger.ts';
import type { TextConfig } from '../../text-config.ts';
import { NO_ENCRYPTION, type TextEncryption } from './text-encryption.ts';

/**
 * Opens the encryption of texts. The Encryption SDK is loaded only where there is a key: loading takes a quarter of a
 * second and 30 MB.
 * @param config absent: texts are stored as they are.
 * @param credentials for KMS; absent: as the SDK finds them.
 */
export async function openEncryption(
  config: TextConfig | undefined,
  { logger, credentials }: { readonly logger: Logger; readonly credentials?: KMSClientConfig['credentials'] },
): Promise<TextEncryption> {
  if (!config) return NO_ENCRYPTION;
  const [{ createTextCipher }, { openKms }, { EncryptedTexts }] = await Promise.all([
    import('./cipher.ts'),
    import('./kms.ts'),
    import('./encrypted-texts.ts'),
  ]);
  const cipher = createTextCipher({ keys: config.keys, openKms: (region) => openKms(region, credentials) });
  return new EncryptedTexts({ cipher, encrypts: config.encrypts, logger });
}
