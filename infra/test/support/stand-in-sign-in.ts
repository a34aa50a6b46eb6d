import {
  AdminConfirmSignUpCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  GetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { STAND_IN_CREDENTIALS, STAND_IN_REGION, type StandIn, without } from './stand-in.ts';
import { onlyResource, type Stack } from './synthesis.ts';

/** A user pool with the template's properties: the stand-in creates pools, but not from templates. */
export interface TestPool {
  readonly userPoolId: string;
  readonly clientId: string;
  /** Signs a user up and in, as the screens do. Returns the access token, and the event for the trigger. */
  signIn(attributes: Readonly<Record<string, string>>): Promise<SignedIn>;
  close(): void;
}

export interface SignedIn {
  readonly accessToken: string;
  readonly userAttributes: Readonly<Record<string, string>>;
}

const PASSWORD = 'Correct-Horse-9-Battery';

/** Creates the user pool and its client with the template's own properties. */
export async function createPool({ endpoint }: StandIn, stacks: readonly Stack[]): Promise<TestPool> {
  const client = new CognitoIdentityProviderClient({
    endpoint,
    region: STAND_IN_REGION,
    credentials: STAND_IN_CREDENTIALS,
  });
  const { UserPool } = await client.send(new CreateUserPoolCommand(poolInput(stacks)));
  const UserPoolId = UserPool?.Id ?? '';
  const { UserPoolClient } = await client.send(
    new CreateUserPoolClientCommand(clientInput(stacks, UserPoolId)),
  );
  const ClientId = UserPoolClient?.ClientId ?? '';
  return {
    userPoolId: UserPoolId,
    clientId: ClientId,
    signIn: async (attributes) => {
      const Username = attributes['email'] ?? '';
      const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
      await client.send(new SignUpCommand({ ClientId, Username, Password: PASSWORD, UserAttributes }));
      await client.send(new AdminConfirmSignUpCommand({ UserPoolId, Username }));
      const accessToken = await signInBySrp(client, ClientId, Username);
      const user = await client.send(new GetUserCommand({ AccessToken: accessToken }));
      const known = (user.UserAttributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value] as const);
      return { accessToken, userAttributes: Object.fromEntries(known) };
    },
    close: () => client.destroy(),
  };
}

/** Signs in as the screens do. The stand-in requires a response to its challenge, but does not check it. */
async function signInBySrp(
  client: CognitoIdentityProviderClient,
  ClientId: string,
  username: string,
): Promise<string> {
  const { ChallengeName, ChallengeParameters = {} } = await client.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: username, SRP_A: 'a'.repeat(64) },
    }),
  );
  const { AuthenticationResult } = await client.send(
    new RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName,
      ChallengeResponses: {
        USERNAME: username,
        PASSWORD_CLAIM_SECRET_BLOCK: ChallengeParameters['SECRET_BLOCK'] ?? '',
        PASSWORD_CLAIM_SIGNATURE: 'signature',
        TIMESTAMP: new Date().toUTCString(),
      },
    }),
  );
  return AuthenticationResult?.AccessToken ?? '';
}

/** Makes an operation's input from CloudFormation's properties, which differ in the name and in references. */
function poolInput(stacks: readonly Stack[]): CreateUserPoolCommandInput {
  const properties = without(onlyResource(stacks, 'AWS::Cognito::UserPool').Properties, [
    'UserPoolTags',
    'LambdaConfig',
  ]);
  return { PoolName: 'cruddur', ...properties };
}

function clientInput(stacks: readonly Stack[], UserPoolId: string): CreateUserPoolClientCommandInput {
  const { Properties } = onlyResource(stacks, 'AWS::Cognito::UserPoolClient');
  const url = ['https://chat.example.com/'];
  return { ClientName: 'screens', ...Properties, UserPoolId, CallbackURLs: url, LogoutURLs: url };
}
