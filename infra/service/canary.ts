import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { createAlarm } from './alarm.ts';
import { createLogGroup, writeLog } from './log-group.ts';
import { appMetric } from './metrics.ts';

const EVERY = Duration.minutes(5);
/** Seven steps of up to ten seconds, and a start. */
const TIMEOUT = Duration.seconds(90);
const MEMORY_MB = 256;
const PASSWORD_LENGTH = 32;
const USERNAME = 'canary@canary.invalid';

export interface CanaryProps {
  /** The deployment's address, as users have it. */
  readonly url: string;
  /** The app client of the user pool; it must allow USER_PASSWORD_AUTH. */
  readonly clientId: string;
  readonly tableName: string;
  readonly logDays: RetentionDays;
  /** The topic of its alarm. */
  readonly topic: Topic;
}

/**
 * A function that uses the deployment as a user does, on a schedule (lambdas/canary). It is not in the network: it comes from
 * outside, as users do. Its role may write its log and read the password of its user, and nothing else.
 */
export class Canary extends Construct {
  readonly fn: LambdaFunction;
  readonly role: Role;
  /** `{"username": …, "password": …}`: docs/operations.md says how its user is created. */
  readonly secret: Secret;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { url, clientId, tableName } = props;
    this.secret = new Secret(this, 'User', {
      description: 'Sign-in of the canary',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: USERNAME }),
        generateStringKey: 'password',
        passwordLength: PASSWORD_LENGTH,
        requireEachIncludedType: true,
      },
    });
    acknowledge(this.secret, 'The password is of a user who holds nothing; changing it needs Cognito too.', [
      'SMG4',
    ]);
    const logGroup = createLogGroup(this, 'Log', props.logDays);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { canary: new PolicyDocument({ statements: [writeLog(logGroup)] }) },
    });
    this.secret.grantRead(this.role);
    this.fn = new LambdaFunction(this, 'Function', {
      functionName: `${Stack.of(this).stackName}-canary`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset('dist/lambdas/canary', { exclude: ['*.map'] }),
      handler: 'index.handler',
      memorySize: MEMORY_MB,
      timeout: TIMEOUT,
      role: this.role,
      logGroup,
      environment: {
        CANARY_URL: url,
        CANARY_CLIENT_ID: clientId,
        CANARY_SECRET: this.secret.secretArn,
        DDB_MESSAGE_TABLE: tableName,
      },
    });
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(EVERY),
      // A run that was not started is not made up for: the next one comes soon.
      targets: [new FunctionTarget(this.fn, { retryAttempts: 0 })],
    });
    // A successful run reports 0: without a value the canary does not run.
    createAlarm(
      this,
      'canary-fails',
      {
        description:
          'a user could not sign in, send, receive or read: the log of the function canary names the step',
        metric: appMetric(tableName, 'canaryFailures'),
        threshold: 1,
        periods: 2,
        missing: 'fails',
      },
      props.topic,
    );
  }
}
