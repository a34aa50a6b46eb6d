import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isRedisUrl } from '../../backend/environment.ts';
import type { StreamConfig } from '../../backend/function-config.ts';

/**
 * Returns the URL of Redis, which may hold a password; undefined if there is none. A function's settings are readable by
 * every identity that may describe functions, so they name a secret, which is read once for each cold start. If it cannot
 * be read the start fails, and Lambda repeats it with the same records: without the URL the function would go on for
 * hours, and publish nothing.
 * @throws the SDK's errors, and TypeError for a secret that is no URL of Redis, without its content.
 */
export async function findRedisUrl(
  { redisUrl, redisUrlSecret }: StreamConfig,
  openSecrets: () => Pick<SecretsManagerClient, 'send' | 'destroy'>,
): Promise<string | undefined> {
  if (redisUrlSecret === undefined) return redisUrl;
  const secrets = openSecrets();
  try {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: redisUrlSecret }));
    if (!isRedisUrl(SecretString)) throw new TypeError('the secret is no redis:// or rediss:// URL');
    return SecretString;
  } finally {
    secrets.destroy();
  }
}
