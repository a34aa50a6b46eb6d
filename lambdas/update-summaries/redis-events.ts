import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { StreamConfig } from '../../backend/function-config.ts';
import { openPublisher } from '../../backend/events/live-events.ts';
import type { Publisher } from '../../backend/events/changes.ts';
import { findRedisUrl } from './redis-url.ts';

/** Opens the publisher of a function that has Redis. @throws as `findRedisUrl`. */
export async function openRedisEvents(
  config: StreamConfig,
  parts: Omit<Parameters<typeof openPublisher>[0], 'url'>,
): Promise<Publisher> {
  const url = await findRedisUrl(config, () => new SecretsManagerClient({}));
  if (url === undefined) throw new TypeError('there is no URL of Redis');
  return openPublisher({ url, ...parts });
}
