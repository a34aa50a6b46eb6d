import type { Duration } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type PolicyStatement, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { TableUser } from '../permissions.ts';
import { createLogGroup, writeLog } from './log-group.ts';
import type { Network } from './network.ts';
import { attachStatements, type DeployedTable, tableStatements } from './table-policy.ts';

/** A second of one CPU is worth 1,769 MB: enough for the SDK to start in a few hundred milliseconds. */
const MEMORY_MB = 512;

export interface FunctionProps {
  readonly network: Network;
  readonly table: DeployedTable;
  readonly timeout: Duration;
  readonly logDays: RetentionDays;
  readonly environment?: Readonly<Record<string, string>>;
  /** What it may do besides what it does with the table. */
  readonly statements?: readonly PolicyStatement[];
}

/** A function of `lambdas/`, as `npm run build` bundled it, in the network, with a role of its own. */
export class TableFunction extends Construct {
  readonly fn: LambdaFunction;
  readonly role: Role;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, name: Exclude<TableUser, 'api'>, props: FunctionProps) {
    super(scope, id);
    const { network, table } = props;
    const logGroup = createLogGroup(this, 'Log', name, props.logDays);
    this.securityGroup = network.securityGroup(
      this,
      'Group',
      `${name}: reaches out, and is reached by nobody`,
    );
    const statements = [
      ...tableStatements(this, name, table, network.tableEndpoint.vpcEndpointId),
      ...attachStatements(),
      writeLog(logGroup),
      ...(props.statements ?? []),
    ];
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { [name]: new PolicyDocument({ statements }) },
    });
    acknowledge(this.role, 'AWS binds attaching a function to a network to no resource.', [
      'IAM5[Resource::*]',
    ]);
    this.fn = new LambdaFunction(this, 'Function', {
      functionName: `${Stack.of(this).stackName}-${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Not the map to the sources, which takes twice as long to load as the code.
      code: Code.fromAsset(`dist/lambdas/${name}`, { exclude: ['*.map'] }),
      handler: 'index.handler',
      memorySize: MEMORY_MB,
      timeout: props.timeout,
      role: this.role,
      logGroup,
      vpc: network.vpc,
      securityGroups: [this.securityGroup],
      environment: { DDB_MESSAGE_TABLE: table.tableName, ...props.environment },
    });
  }
}
