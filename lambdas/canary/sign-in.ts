import * as z from 'zod';
import { type ApiClient, CanaryError } from './api-client.ts';

/** A user with a password at a user pool of Cognito, whose app client allows USER_PASSWORD_AUTH. */
export interface CognitoUser {
  readonly kind: 'cognito';
  readonly region: string;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Default: Cognito's own. */
  readonly endpoint?: string;
}

/** How the canary signs in: with a token that it was given, as a user of the development issuer, or at Cognito. */
export type SignIn =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'development'; readonly handle: string; readonly peer: string }
  | CognitoUser;

const TIMEOUT_MS = 10_000;

const developmentAnswer = z.object({ access_token: z.string() });
const cognitoAnswer = z.object({
  AuthenticationResult: z.object({ AccessToken: z.string() }).optional(),
  ChallengeName: z.string().optional(),
});
const cognitoFailure = z.object({ __type: z.string() }).catch({ __type: 'unknown' });

/** Returns an access token. @throws CanaryError */
export async function signIn(client: ApiClient, how: SignIn): Promise<string> {
  switch (how.kind) {
    case 'token':
      return how.token;
    case 'development':
      // The other person of the conversation must exist.
      await developmentToken(client, how.peer);
      return developmentToken(client, how.handle);
    case 'cognito':
      return cognitoToken(how);
  }
}

async function developmentToken(client: ApiClient, handle: string): Promise<string> {
  const body = { handle, create: true };
  const answer = await client.call('POST', '/development/sign-in', developmentAnswer, { body });
  if (!answer) throw new CanaryError('the development issuer gave no token');
  return answer.access_token;
}

/** Signs in with a password. The request is not signed: a user has no key of AWS either. */
async function cognitoToken(user: CognitoUser): Promise<string> {
  const { endpoint = `https://cognito-idp.${user.region}.amazonaws.com/` } = user;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: user.clientId,
      AuthParameters: { USERNAME: user.username, PASSWORD: user.password },
    }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new CanaryError(`Cognito has no response from ${endpoint}`, { cause: error });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok)
    throw new CanaryError(`Cognito refuses the sign-in: ${cognitoFailure.parse(answer).__type}`);
  const { data } = cognitoAnswer.safeParse(answer);
  const token = data?.AuthenticationResult?.AccessToken;
  if (token === undefined)
    throw new CanaryError(`Cognito asks for more than a password: ${data?.ChallengeName ?? 'unknown'}`);
  return token;
}
