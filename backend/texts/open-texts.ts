import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { Logger } from '../logger.ts';
import type { TextConfig } from '../text-config.ts';
import { PLAIN_TEXTS, type Texts } from './texts.ts';

/**
 * How this process seals texts and opens them. The Encryption SDK is loaded only where there is a key: it takes a
 * quarter of a second and 30 MB.
 * @param config absent: texts are stored as they are.
 * @param credentials for KMS; absent: as the SDK finds them.
 */
export async function openTexts(
  config: TextConfig | undefined,
  { logger, credentials }: { readonly logger: Logger; readonly credentials?: KMSClientConfig['credentials'] },
): Promise<Texts> {
  if (!config) return PLAIN_TEXTS;
  const [{ createTextCipher }, { openKms }, { SealedTexts }] = await Promise.all([
    import('./text-cipher.ts'),
    import('./kms.ts'),
    import('./sealed-texts.ts'),
  ]);
  const cipher = createTextCipher({ keys: config.keys, openKms: (region) => openKms(region, credentials) });
  return new SealedTexts({ cipher, seals: config.seals, logger });
}
