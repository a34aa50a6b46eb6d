import { Aws, CfnOutput, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import {
  CfnUserPool,
  CfnUserPoolDomain,
  CfnUserPoolRegionalConfigurationAttachment,
  CfnUserPoolReplica,
  AccountRecovery,
  Mfa,
  OAuthScope,
  UserPool,
  UserPoolEmail,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SIGNED_IN_PATH } from '../../web/src/session/signed-in-path.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { TableFunction } from './lambda-function.ts';
import type { DeployedTable } from './table-policy.ts';

/** Cognito gives a trigger five seconds, and then refuses the sign-up. */
const TRIGGER_TIMEOUT = Duration.seconds(5);
const MIN_PASSWORD_LENGTH = 12;
/** Maximum time for which a disabled user can still read and write. */
const ACCESS_TOKEN_LIFE = Duration.minutes(30);
const REFRESH_TOKEN_LIFE = Duration.days(30);

export interface UsersProps extends Pick<
  Settings,
  | 'canary'
  | 'deletionProtection'
  | 'mailFrom'
  | 'region'
  | 'signIn'
  | 'signUp'
  | 'standbyRegion'
  | 'userPoolKeyArn'
> {
  readonly table: DeployedTable;
  /** The URL of the screens. */
  readonly url: string;
  readonly logDays: RetentionDays;
  /** Settings of the function. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The user pool, and the function that writes the profile of a user who has signed up. */
export class Users extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly createProfile: TableFunction;

  constructor(scope: Construct, id: string, props: UsersProps) {
    super(scope, id);
    this.createProfile = new TableFunction(this, 'CreateProfile', 'create-profile', {
      ...props,
      timeout: TRIGGER_TIMEOUT,
    });
    this.pool = this.#createPool(props);
    this.pool.addTrigger(UserPoolOperation.POST_CONFIRMATION, this.createProfile.fn);
    this.client = this.#createClient(props);
    const signInUrl = this.#createDomain(props);
    this.#replicate(props);
    // Of the stack itself: the name of an output inside a construct ends with a digest.
    const stack = Stack.of(this);
    new CfnOutput(stack, 'PoolId', { value: this.pool.userPoolId });
    new CfnOutput(stack, 'ClientId', { value: this.client.userPoolClientId });
    new CfnOutput(stack, 'SignInUrl', { value: signInUrl });
  }

  #createPool({ deletionProtection, signUp, mailFrom, region }: UsersProps): UserPool {
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: signUp === 'open',
      signInAliases: { email: true },
      autoVerify: { email: true },
      keepOriginal: { email: true },
      // Which attributes are required can never be changed. The sign-up page asks for these and for no others: the name is
      // what others see, and without it a profile would have nothing but the e-mail address to be made from.
      standardAttributes: {
        email: { required: true, mutable: true },
        fullname: { required: true, mutable: true },
        preferredUsername: { required: false, mutable: true },
      },
      passwordPolicy: {
        minLength: MIN_PASSWORD_LENGTH,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      ...(mailFrom !== undefined && {
        email: UserPoolEmail.withSES({
          fromEmail: mailFrom,
          sesRegion: region,
          sesVerifiedDomain: mailFrom.split('@').pop(),
        }),
      }),
      deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(pool, 'Each user chooses whether to use a second factor.', ['COG2']);
    acknowledge(pool, 'Threat protection needs the Plus plan, which is paid for each user.', [
      'COG3',
      'COG8',
    ]);
    return pool;
  }

  /**
   * Cognito's own address for the sign-in pages, which is one of this region; or the deployment's own, which Route 53
   * switches to the other region when its health check fails.
   */
  #createDomain({ signIn, standbyRegion }: UsersProps): string {
    if (!signIn || standbyRegion === undefined) {
      // It must be unique in the region.
      const unique = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
      return this.pool
        .addDomain('Domain', { cognitoDomain: { domainPrefix: `cruddur-${unique}` } })
        .baseUrl();
    }
    new CfnUserPoolDomain(this, 'OwnDomain', {
      userPoolId: this.pool.userPoolId,
      domain: signIn.domain,
      customDomainConfig: { certificateArn: signIn.certificateArn },
      routing: {
        failover: { primaryRoute53HealthCheckId: signIn.healthCheckId, secondaryRegion: standbyRegion },
      },
    });
    return `https://${signIn.domain}`;
  }

  /**
   * Copies the users to the standby region, continuously, with their ids and passwords. Cognito demands a multi-Region key
   * and the plan Essentials; and tokens must name an issuer that both regions have.
   * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-multi-region.html
   */
  #replicate({ userPoolKeyArn, standbyRegion }: UsersProps): void {
    const pool = this.pool.node.defaultChild;
    if (standbyRegion === undefined || !(pool instanceof CfnUserPool)) return;
    pool.userPoolTier = 'ESSENTIALS';
    pool.keyConfiguration = { keyType: 'CUSTOMER_MANAGED_KEY', kmsKeyArn: userPoolKeyArn };
    pool.issuerConfiguration = { type: 'UPDATED' };
    new CfnUserPoolReplica(this, 'Replica', {
      userPoolId: this.pool.userPoolId,
      regionName: standbyRegion,
    });
  }

  /** A client for the screens: public, without a secret, with the authorization code flow and PKCE, or SRP. */
  #createClient({ url, canary }: UsersProps): UserPoolClient {
    return this.pool.addClient('Screens', {
      generateSecret: false,
      // The canary signs in with its password.
      authFlows: { userSrp: true, ...(canary && { userPassword: true }) },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [`${url}${SIGNED_IN_PATH}`],
        logoutUrls: [`${url}/`],
      },
      accessTokenValidity: ACCESS_TOKEN_LIFE,
      idTokenValidity: ACCESS_TOKEN_LIFE,
      refreshTokenValidity: REFRESH_TOKEN_LIFE,
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
  }
}

/** The environment variables of the API for a user pool. */
export function userPoolEnvironment(users: Users, { signIn }: Settings): Record<string, string> {
  return {
    AWS_COGNITO_USER_POOL_ID: users.pool.userPoolId,
    AWS_COGNITO_USER_POOL_CLIENT_ID: users.client.userPoolClientId,
    ...(signIn && { AWS_COGNITO_SIGN_IN_DOMAIN: signIn.domain, AWS_COGNITO_REPLICATED: 'true' }),
  };
}

/**
 * Activates the replica of another region's user pool, and returns the environment variables of the API for it: the ids
 * are those of the pool that it copies. It signs users in; it creates none, and changes no passwords.
 */
export function activateReplica(
  scope: Construct,
  { id, clientId, signInDomain }: NonNullable<Settings['replicatedUserPool']>,
): Record<string, string> {
  new CfnUserPoolRegionalConfigurationAttachment(scope, 'UserPool', { userPoolId: id, status: 'ACTIVE' });
  return {
    AWS_COGNITO_USER_POOL_ID: id,
    AWS_COGNITO_USER_POOL_CLIENT_ID: clientId,
    AWS_COGNITO_SIGN_IN_DOMAIN: signInDomain,
    AWS_COGNITO_REPLICATED: 'true',
  };
}
