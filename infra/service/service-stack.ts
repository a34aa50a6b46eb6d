import { CfnOutput, CfnParameter, SecretValue, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { emailParameter } from '../parameters.ts';
import type { Settings } from '../settings.ts';
import type { CreatedTable } from '../table/table-stack.ts';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { createBudget } from './budget.ts';
import { Cache } from './cache.ts';
import { createDashboard } from './dashboard.ts';
import { Network } from './network.ts';
import { Summaries } from './summaries.ts';
import type { DeployedTable } from './table-policy.ts';
import type { TextKey } from './text-key.ts';
import { Users } from './users.ts';

export interface ServiceProps extends StackProps {
  readonly settings: Settings;
  /** Absent: the table exists, in a region that takes over. */
  readonly createdTable?: CreatedTable;
}

/** Everything that runs: network, users, API, stream function, Valkey, and their monitoring. */
export class ServiceStack extends Stack {
  /** Roles that read the table in normal operation. */
  readonly tableRoleArns: readonly string[];

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id, props);
    const { settings } = props;
    const { logDays } = settings;
    const table = this.#table(props);
    const { domain, certificateArn, email, monthlyUsd } = this.#parameters();
    const network = new Network(this, 'Network', { ...settings, tableArn: table.tableArn });
    const cache = new Cache(this, 'Cache', { network, nodes: settings.cacheNodes });
    const url = `https://${domain}`;
    const prefix = userIdPrefixEnvironment(settings);
    const users = new Users(this, 'Users', { network, table, url, logDays, environment: prefix });
    // A function gets no secrets at its start, as a container does: this setting is filled in at deployment.
    const redisUrl = SecretValue.secretsManager(cache.url.secretArn).unsafeUnwrap();
    const summaries = new Summaries(this, 'Summaries', { network, table, redisUrl, logDays });
    const api = new Api(this, 'Api', {
      ...settings,
      network,
      table,
      certificateArn,
      image: settings.image,
      redisUrl: cache.url,
      textKey: this.#textKey(props),
      environment: {
        FRONTEND_URL: url,
        AWS_REGION: this.region,
        AWS_COGNITO_USER_POOL_ID: users.pool.userPoolId,
        AWS_COGNITO_USER_POOL_CLIENT_ID: users.client.userPoolClientId,
        ...prefix,
      },
    });
    cache.allow(api.securityGroup, 'the API');
    cache.allow(summaries.function.securityGroup, 'the function that follows the stream');
    const { tableName } = table;
    new Alarms(this, 'Alarms', { email, tableName, summaries, users, api });
    createDashboard(this, { tableName, api, summaries });
    createBudget(this, monthlyUsd, email);
    this.tableRoleArns = [api.taskRole, summaries.function.role, users.createProfile.role].map(
      ({ roleArn }) => roleArn,
    );
    new CfnOutput(this, 'Url', { value: url });
    new CfnOutput(this, 'FailureQueueUrl', {
      value: summaries.failures.queueUrl,
      description: 'The queue that bin/ddb/redrive processes',
    });
    new CfnOutput(this, 'BalancerName', {
      value: api.loadBalancer.loadBalancerDnsName,
      description: 'The target for the domain: a CNAME or alias record',
    });
  }

  #table({ settings, createdTable }: ServiceProps): DeployedTable {
    const { tableName, encryptionKey } = settings;
    const tableArn = this.formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName });
    if (createdTable) {
      const { streamArn, keyArn } = createdTable;
      return { tableName, tableArn, streamArn, ...(keyArn !== undefined && { keyArn }) };
    }
    const stream = new CfnParameter(this, 'TableStreamArn', {
      description: 'ARN of the stream of the existing table',
    });
    if (encryptionKey === 'aws-owned') return { tableName, tableArn, streamArn: stream.valueAsString };
    const key = new CfnParameter(this, 'TableKeyArn', { description: 'ARN of the key that encrypts it' });
    return { tableName, tableArn, streamArn: stream.valueAsString, keyArn: key.valueAsString };
  }

  #textKey({ settings, createdTable }: ServiceProps): TextKey | undefined {
    if (settings.textEncryption === 'none') return undefined;
    const encrypts = settings.textEncryption === 'on';
    if (createdTable?.textKeyArn !== undefined) return { keyArn: createdTable.textKeyArn, encrypts };
    const key = new CfnParameter(this, 'TextKeyArn', {
      description: 'ARN of the key that encrypts its texts; in another region, of the key’s replica there',
      allowedPattern: '^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$',
    });
    return { keyArn: key.valueAsString, encrypts };
  }

  #parameters() {
    const domain = new CfnParameter(this, 'Domain', {
      description: 'Host name of the API and the screens, such as chat.example.com',
      allowedPattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
    });
    const certificate = new CfnParameter(this, 'CertificateArn', {
      description: 'ARN of its certificate in AWS Certificate Manager, in this region',
      allowedPattern: '^arn:[^:]+:acm:[^:]+:[0-9]+:certificate/.+$',
    });
    const monthlyUsd = new CfnParameter(this, 'MonthlyBudget', {
      type: 'Number',
      description: 'US dollars a month for the whole account: above this an e-mail is sent',
      default: 150,
      minValue: 1,
    });
    return {
      domain: domain.valueAsString,
      certificateArn: certificate.valueAsString,
      email: emailParameter(this),
      monthlyUsd: monthlyUsd.valueAsNumber,
    };
  }
}

/** The prefix of user ids, which the API and the post-confirmation function must share. */
function userIdPrefixEnvironment({ userIdPrefix }: Settings): Record<string, string> {
  return userIdPrefix === undefined ? {} : { AWS_COGNITO_USER_ID_PREFIX: userIdPrefix };
}
