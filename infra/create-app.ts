import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BaselineStack } from './baseline/baseline-stack.ts';
import { ServiceStack } from './service/service-stack.ts';
import { readSettings } from './settings.ts';
import { TableStack } from './table/table-stack.ts';

/** How the library behaves where it has changed its mind. */
const FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker': true,
  '@aws-cdk/core:checkSecretUsage': true,
};

export interface AppOptions {
  /** Settings by name, as `-c` gives them. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly outdir?: string;
}

/**
 * The deployment: stacks for any account and region, checked against AWS's own rules when they are synthesised.
 * @throws ConfigError with every setting that is wrong.
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
      description: 'Cruddur messaging: who reads the table, and whether it is as it was made',
    });
  }
  Tags.of(app).add('application', 'cruddur-messaging');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
