import type { Duration } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type PolicyStatement, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { TableUser } from '../permissions.ts';
import { createLogGroup, writeLog } from './log-group.ts';
import type { Network } from './network.ts';
import { attachStatements, type DeployedTable, tableStatements } from './table-policy.ts';

/** In MB. Lambda gives one full CPU at 1,769 MB: this is enough for the SDK to start in a few hundred milliseconds. */
const MEMORY_MB = 512;

export interface FunctionProps {
  readonly network: Network;
  readonly table: DeployedTable;
  readonly timeout: Duration;
  readonly logDays: RetentionDays;
  readonly environment?: Readonly<Record<string, string>>;
  /** Permissions in addition to those for the table. */
  readonly statements?: readonly PolicyStatement[];
}

/** A function of `lambdas/`, as `npm run build` bundled it, in the network, with its own role. */
export class TableFunction extends Construct {
  readonly fn: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, name: Exclude<TableUser, 'api'>, props: FunctionProps) {
    super(scope, id);
    const { network, table } = props;
    this.logGroup = createLogGroup(this, 'Log', name, props.logDays);
    this.securityGroup = network.securityGroup(
      this,
      'Group',
      `${name}: connects to others, accepts no connections`,
    );
    const statements = [
      ...tableStatements(this, name, table, network.tableEndpoint.vpcEndpointId),
      ...attachStatements(),
      writeLog(this.logGroup),
      ...(props.statements ?? []),
    ];
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { [name]: new PolicyDocument({ statements }) },
    });
    acknowledge(this.role, 'AWS defines no resource for attaching a function to a network.', [
      'IAM5[Resource::*]',
    ]);
    this.fn = new LambdaFunction(this, 'Function', {
      functionName: `${Stack.of(this).stackName}-${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Without the source map, which takes twice as long to load as the code.
      code: Code.fromAsset(`dist/lambdas/${name}`, { exclude: ['*.map'] }),
      handler: 'index.handler',
      memorySize: MEMORY_MB,
      timeout: props.timeout,
      role: this.role,
      logGroup: this.logGroup,
      vpc: network.vpc,
      securityGroups: [this.securityGroup],
      environment: { DDB_MESSAGE_TABLE: table.tableName, ...props.environment },
    });
  }
}
