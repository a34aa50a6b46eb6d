import { ArnFormat, type Duration, Stack } from 'aws-cdk-lib';
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
  /** Only for a function that reaches Valkey. Absent: outside the network, where AWS is reached without a way out. */
  readonly network?: Network;
  readonly table: DeployedTable;
  readonly timeout: Duration;
  readonly logDays: RetentionDays;
  readonly environment?: Readonly<Record<string, string>>;
  /** Permissions in addition to those for the table. */
  readonly statements?: readonly PolicyStatement[];
}

/** A function of `lambdas/`, as `npm run build` bundled it, with its own role. */
export class TableFunction extends Construct {
  readonly fn: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  /** Of a function in the network. */
  readonly securityGroup?: SecurityGroup;

  constructor(scope: Construct, id: string, name: Exclude<TableUser, 'api'>, props: FunctionProps) {
    super(scope, id);
    const { network, table } = props;
    this.logGroup = createLogGroup(this, 'Log', props.logDays);
    if (network) {
      this.securityGroup = network.securityGroup(
        this,
        'Group',
        `${name}: connects to others, accepts no connections`,
      );
      network.allowHttps(this.securityGroup);
    }
    const functionName = `${Stack.of(this).stackName}-${name}`;
    const functionArn = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const statements = [
      ...tableStatements(this, name, table, network?.tableEndpoint ?? { functionArn }),
      ...(network ? attachStatements() : []),
      writeLog(this.logGroup),
      ...(props.statements ?? []),
    ];
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { [name]: new PolicyDocument({ statements }) },
    });
    if (network) {
      acknowledge(this.role, 'AWS defines no resource for attaching a function to a network.', [
        'IAM5[Resource::*]',
      ]);
    }
    this.fn = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Without the source map, which takes twice as long to load as the code.
      code: Code.fromAsset(`dist/lambdas/${name}`, { exclude: ['*.map'] }),
      handler: 'index.handler',
      memorySize: MEMORY_MB,
      timeout: props.timeout,
      role: this.role,
      logGroup: this.logGroup,
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: network.privateSubnets,
        ...(this.securityGroup && { securityGroups: [this.securityGroup] }),
      }),
      environment: { DDB_MESSAGE_TABLE: table.tableName, ...props.environment },
    });
  }
}
