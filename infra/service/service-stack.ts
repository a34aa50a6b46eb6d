import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { TableUser } from '../permissions.ts';
import type { Settings } from '../settings.ts';
import { shareValue, sharedValue } from '../shared-values.ts';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { createBudget } from './budget.ts';
import { Cache } from './cache.ts';
import { Canary } from './canary.ts';
import { createDashboard } from './dashboard.ts';
import { Files } from './files.ts';
import { createFirewall } from './firewall.ts';
import { Network } from './network.ts';
import { Objectives } from './objectives.ts';
import { createQueries } from './queries.ts';
import { rollBackOnAlarms } from './release-alarms.ts';
import { Summaries } from './summaries.ts';
import type { DeployedTable } from './table-policy.ts';
import type { TextKeys } from './text-key.ts';
import { activateReplica, userPoolEnvironment, Users } from './users.ts';

export interface ServiceProps extends StackProps {
  readonly settings: Settings;
}

/** What is watched. */
interface Parts {
  /** Absent where a replica of another region's user pool signs users in. */
  readonly users: Users | undefined;
  readonly summaries: Summaries;
  readonly api: Api;
  /** Absent: one task, without Valkey. */
  readonly cache: Cache | undefined;
  /** Absent: messages have no files. */
  readonly files: Files | undefined;
}

/** Everything that runs: network, users, API, stream function, Valkey, and their monitoring. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id, props);
    const { settings } = props;
    const table = this.#table(settings);
    const network = new Network(this, 'Network', { ...settings, tableArn: table.tableArn });
    const cache =
      settings.cacheNodes === 0
        ? undefined
        : new Cache(this, 'Cache', { network, nodes: settings.cacheNodes });
    const url = urlOf(settings);
    const prefix = userIdPrefixEnvironment(settings);
    const { replicatedUserPool } = settings;
    const users = replicatedUserPool
      ? undefined
      : new Users(this, 'Users', { ...settings, table, url, environment: prefix });
    const summaries = new Summaries(this, 'Summaries', {
      table,
      logDays: settings.logDays,
      ...(cache && { network, redisUrl: cache.url }),
    });
    const files = settings.files
      ? new Files(this, 'Files', { table, origin: url, logDays: settings.logDays })
      : undefined;
    const api = new Api(this, 'Api', {
      ...settings,
      files,
      network,
      table,
      redisUrl: cache?.url,
      textKeys: this.#textKeys(settings),
      tracing: settings.api['TRACING'] === 'on',
      environment: {
        ...settings.api,
        FRONTEND_URL: url,
        AWS_REGION: this.region,
        ...(users && userPoolEnvironment(users, settings)),
        ...(replicatedUserPool && activateReplica(this, replicatedUserPool)),
        ...prefix,
      },
    });
    cache?.allow(api.securityGroup, 'the API');
    const { securityGroup } = summaries.function;
    if (securityGroup) cache?.allow(securityGroup, 'the function that follows the stream');
    rollBackOnAlarms(this, api);
    if (settings.firewall) {
      createFirewall(this, {
        loadBalancerArn: api.loadBalancer.loadBalancerArn,
        userPoolArn: users?.pool.userPoolArn,
      });
    }
    this.#watch(settings, table, { users, summaries, api, cache, files });
    this.#shareRoles(settings, {
      api: api.taskRole,
      'update-summaries': summaries.function.role,
      'create-profile': users?.createProfile.role,
      'remove-files': files?.remover.role,
    });
    this.#output(url, summaries, api);
  }

  /** Creates the alarms, the canary, the objectives, the queries, the dashboard and the budget. */
  #watch(settings: Settings, table: DeployedTable, parts: Parts): void {
    const { users, summaries, api } = parts;
    const { logDays } = settings;
    const { tableName } = table;
    const encryptsTexts = settings.textEncryption !== 'none';
    const { topic } = new Alarms(this, 'Alarms', { ...settings, ...table, ...parts, encryptsTexts });
    if (users && settings.canary) {
      const clientId = users.client.userPoolClientId;
      new Canary(this, 'Canary', { url: urlOf(settings), clientId, tableName, logDays, topic });
    }
    const objectives = new Objectives(this, 'Objectives', {
      topic,
      tableName,
      api,
      alarms: settings.objectives,
    });
    createQueries(this, { api, functions: [summaries.function, ...(users ? [users.createProfile] : [])] });
    createDashboard(this, { tableName, api, summaries, objectives });
    createBudget(this, settings.monthlyBudget, settings.alarmEmail);
  }

  #output(url: string, summaries: Summaries, api: Api): void {
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

  /** Publishes the names of the roles that access the table, for the baseline's trail. */
  #shareRoles(settings: Settings, roles: Readonly<Record<TableUser, Role | undefined>>): void {
    for (const [user, role] of Object.entries(roles)) {
      shareValue(this, settings, `role-name-${user}`, role?.roleName ?? 'none');
    }
  }

  #table(settings: Settings): DeployedTable {
    const { tableName, tableStreamArn, tableKeyArn } = settings;
    const ownKey = settings.encryptionKey === 'customer-managed';
    return {
      tableName,
      tableArn: this.formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName }),
      streamArn: tableStreamArn ?? sharedValue(this, settings, 'table-stream-arn'),
      ...(ownKey && { keyArn: tableKeyArn ?? sharedValue(this, settings, 'table-key-arn') }),
    };
  }

  #textKeys(settings: Settings): TextKeys | undefined {
    const { table, textEncryption, textKeyArns } = settings;
    if (textEncryption === 'none') return undefined;
    const created = table === 'create' ? [sharedValue(this, settings, 'text-key-arn')] : [];
    return { keyArns: [...created, ...textKeyArns], encrypts: textEncryption === 'on' };
  }
}

/** The address of the API and the screens. */
function urlOf({ domain }: Settings): string {
  return `https://${domain}`;
}

/** The prefix of user ids, which the API and the post-confirmation function must share. */
function userIdPrefixEnvironment({ userIdPrefix }: Settings): Record<string, string> {
  return userIdPrefix === undefined ? {} : { AWS_COGNITO_USER_ID_PREFIX: userIdPrefix };
}
