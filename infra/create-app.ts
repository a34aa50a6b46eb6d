import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BaselineStack } from './baseline/baseline-stack.ts';
import { applyBoundary } from './permissions-boundary.ts';
import { ServiceStack } from './service/service-stack.ts';
import type { Settings } from './settings.ts';
import { TableStack } from './table/table-stack.ts';

/** Feature flags of the CDK whose recommended value differs from the default. */
const FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker': true,
  '@aws-cdk/core:checkSecretUsage': true,
};

/**
 * The deployment of one environment, checked against AWS's own rules when it is synthesised. Its stacks have the same ids
 * in every environment, for the CDK's command line, and names with the environment's prefix in AWS.
 */
export function createApp(settings: Settings, { outdir }: { readonly outdir?: string } = {}): App {
  const app = new App({ context: FLAGS, ...(outdir !== undefined && { outdir }) });
  const common = (part: string) => ({ settings, stackName: `${settings.prefix}-${part}` });
  const table =
    settings.table === 'create'
      ? new TableStack(app, 'CruddurTable', {
          ...common('table'),
          description: 'Cruddur messaging: the table, its key and its backups',
        })
      : undefined;
  const service = new ServiceStack(app, 'CruddurService', {
    ...common('service'),
    description: 'Cruddur messaging: the API, the stream function, the users',
  });
  // The stacks share parameters of Systems Manager: none refers to another, and the order is stated here.
  if (table) service.addStackDependency(table);
  if (settings.baseline) {
    const baseline = new BaselineStack(app, 'CruddurBaseline', {
      ...common('baseline'),
      description: 'Cruddur messaging: who reads the table, and whether its configuration is unchanged',
    });
    baseline.addStackDependency(service);
  }
  if (settings.permissionsBoundary !== undefined) {
    for (const stack of app.node.children) applyBoundary(stack, settings.permissionsBoundary);
  }
  Tags.of(app).add('application', 'cruddur-messaging');
  Tags.of(app).add('environment', settings.environment);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
