import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BaselineStack } from './baseline/baseline-stack.ts';
import { ServiceStack } from './service/service-stack.ts';
import { readSettings } from './settings.ts';
import { TableStack } from './table/table-stack.ts';

/** Feature flags of the CDK whose recommended value differs from the default. */
const FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker': true,
  '@aws-cdk/core:checkSecretUsage': true,
};

export interface AppOptions {
  /** Settings by name, as `-c` passes them. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly outdir?: string;
}

/**
 * The deployment: stacks for any account and region, checked against AWS's own rules when they are synthesised.
 * @throws ConfigError with every invalid setting.
 */
export function createApp({ context, outdir }: AppOptions = {}): App {
  const app = new App({ context: { ...FLAGS, ...context }, ...(outdir !== undefined && { outdir }) });
  const settings = readSettings((name): unknown => app.node.tryGetContext(name));
  const createdTable =
    settings.table === 'create'
      ? new TableStack(app, 'CruddurTable', {
          settings,
          description: 'Cruddur messaging: the table, its key and its backups',
        })
      : undefined;
  const service = new ServiceStack(app, 'CruddurService', {
    settings,
    createdTable,
    description: 'Cruddur messaging: the API, the stream function, the users',
  });
  if (createdTable) service.addStackDependency(createdTable);
  if (settings.baseline) {
    new BaselineStack(app, 'CruddurBaseline', {
      settings,
      knownRoleArns: service.tableRoleArns,
      description: 'Cruddur messaging: who reads the table, and whether its configuration is unchanged',
    });
  }
  Tags.of(app).add('application', 'cruddur-messaging');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
