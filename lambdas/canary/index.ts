import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { parse } from '../../backend/config.ts';
import { createLogger } from '../../backend/logger.ts';
import { DEFAULT_TABLE_NAME } from '../../schema/table.ts';
import { observeFunction } from '../observe.ts';
import { createHandler } from './handler.ts';
import type { CanaryOptions } from './run-canary.ts';

/*
 * The canary's entry. Environment: CANARY_URL, the deployment's; CANARY_CLIENT_ID, the app client; CANARY_SECRET, the
 * secret with its user's `username` and `password`; CANARY_PEER, the handle that it writes to; CANARY_HANDLE, its own;
 * DDB_MESSAGE_TABLE, the dimension of its metrics.
 */

const environment = z.object({
  CANARY_URL: z.url(),
  CANARY_CLIENT_ID: z.string(),
  CANARY_SECRET: z.string(),
  CANARY_PEER: z.string().default('canary-peer'),
  CANARY_HANDLE: z.string().default('canary'),
  AWS_REGION: z.string(),
});
const secretShape = z.object({ username: z.string(), password: z.string() });

const secrets = new SecretsManagerClient({});
const { observer, flushing } = observeFunction(process.env['DDB_MESSAGE_TABLE'] ?? DEFAULT_TABLE_NAME);

async function readOptions(): Promise<CanaryOptions> {
  const values = parse(environment, process.env);
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: values.CANARY_SECRET }),
  );
  const { success, data } = secretShape.safeParse(parseObject(SecretString));
  // Never with the secret in it.
  if (!success) throw new TypeError('the secret of the canary has no username and password');
  return {
    url: values.CANARY_URL,
    peer: values.CANARY_PEER,
    handle: values.CANARY_HANDLE,
    signIn: { kind: 'cognito', region: values.AWS_REGION, clientId: values.CANARY_CLIENT_ID, ...data },
  };
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const handler = flushing(
  createHandler({ readOptions, logger: createLogger('info'), recorder: observer.recorder }),
);
