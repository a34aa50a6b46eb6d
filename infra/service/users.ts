import { Aws, CfnOutput, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import type { UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import {
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
import type { Network } from './network.ts';
import type { DeployedTable } from './table-policy.ts';

/** Cognito gives a trigger five seconds, and then refuses the sign-up. */
const TRIGGER_TIMEOUT = Duration.seconds(5);
const MIN_PASSWORD_LENGTH = 12;
/** Maximum time for which a disabled user can still read and write. */
const ACCESS_TOKEN_LIFE = Duration.minutes(30);
const REFRESH_TOKEN_LIFE = Duration.days(30);

export interface UsersProps extends Pick<Settings, 'deletionProtection' | 'mailFrom' | 'region' | 'signUp'> {
  readonly network: Network;
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
    this.client = this.#createClient(props.url);
    // The sign-in pages need an address that is unique in the region.
    const unique = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
    const domain = this.pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `cruddur-${unique}` } });
    new CfnOutput(this, 'PoolId', { value: this.pool.userPoolId });
    new CfnOutput(this, 'ClientId', { value: this.client.userPoolClientId });
    new CfnOutput(this, 'SignInUrl', { value: domain.baseUrl() });
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

  /** A client for the screens: public, without a secret, with the authorization code flow and PKCE, or SRP. */
  #createClient(url: string): UserPoolClient {
    return this.pool.addClient('Screens', {
      generateSecret: false,
      authFlows: { userSrp: true },
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
