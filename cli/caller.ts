import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UserError } from './user-error.ts';

/** In every partition: arn:aws:iam::123456789012:root. */
const ROOT_USER = /^arn:[^:]+:iam::\d+:root$/;

export function isRootUser(arn: string): boolean {
  return ROOT_USER.test(arn);
}

export function rootUserProblem(arn: string): string {
  return `${arn} is the root user: sign in as another user, and delete its access keys`;
}

/** Asks STS who the caller is, which needs no permission. Returns the ARN. @throws SDK errors. */
export async function findCaller(
  config: Pick<DynamoDBClient['config'], 'credentials' | 'region'>,
): Promise<string> {
  // Loaded only when it is needed: a script on a local table does not ask.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const sts = new STSClient({ credentials: config.credentials, region: config.region });
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return Arn ?? 'an identity without a name';
  } finally {
    sts.destroy();
  }
}

/**
 * Refuses the root user of an AWS account, whose rights no policy limits.
 * @throws UserError; SDK errors when STS does not respond: then the caller is unknown, and nothing is done either.
 */
export async function refuseRootUser(
  config: Pick<DynamoDBClient['config'], 'credentials' | 'region'>,
): Promise<void> {
  const arn = await findCaller(config);
  if (isRootUser(arn)) throw new UserError(rootUserProblem(arn));
}
