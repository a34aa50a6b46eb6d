import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { GatewayVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { TABLE_ACCESS, type TableAction, type TableUser } from '../permissions.ts';
import { indexArn } from '../table/table-properties.ts';

/** The table, with the names that policies and settings use. */
export interface DeployedTable {
  readonly tableName: string;
  readonly tableArn: string;
  readonly streamArn: string;
  /** Absent: AWS owns the key, which needs no permission. */
  readonly keyArn?: string;
}

/** The actions that DynamoDB does with a table's key for a reader or writer of the table. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

export function dynamoActions(actions: readonly TableAction[]): string[] {
  return actions.map((action) => `dynamodb:${action}`);
}

/** The only origin of a role's requests: the endpoint of the network, or the function itself, which is outside of it. */
export type Origin = Pick<GatewayVpcEndpoint, 'vpcEndpointId'> | { readonly functionArn: string };

function conditionsOf(origin: Origin) {
  return 'functionArn' in origin
    ? { ArnEquals: { 'lambda:SourceFunctionArn': origin.functionArn } }
    : { StringEquals: { 'aws:SourceVpce': origin.vpcEndpointId } };
}

/**
 * The permissions of a role on the table, its index and its key, from one origin only: the role's credentials are useless
 * to others, outside the network or of another function.
 */
export function tableStatements(
  scope: Construct,
  user: TableUser,
  table: DeployedTable,
  origin: Origin,
): PolicyStatement[] {
  const access = TABLE_ACCESS[user];
  const conditions = conditionsOf(origin);
  const statements = [
    new PolicyStatement({ actions: dynamoActions(access.table), resources: [table.tableArn], conditions }),
  ];
  if (access.index.length > 0) {
    const resources = [indexArn(table.tableArn)];
    statements.push(new PolicyStatement({ actions: dynamoActions(access.index), resources, conditions }));
  }
  return [...statements, ...keyStatements(scope, table)];
}

/** Allows use of the key only through DynamoDB. Empty if AWS owns the key. */
export function keyStatements(scope: Construct, { keyArn }: DeployedTable): PolicyStatement[] {
  if (keyArn === undefined) return [];
  const { region, urlSuffix } = Stack.of(scope);
  return [
    new PolicyStatement({
      actions: KEY_ACTIONS,
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.${urlSuffix}` } },
    }),
  ];
}

/**
 * Lambda attaches a function to its network with the role's permissions, with actions for which AWS defines no resource.
 * The function's own code must not use them: its requests carry the function's ARN.
 */
export function attachStatements(): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ATTACH_ACTIONS, resources: ['*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions: ATTACH_ACTIONS,
      resources: ['*'],
      conditions: { ArnLike: { 'lambda:SourceFunctionArn': 'arn:*:lambda:*:*:function:*' } },
    }),
  ];
}

const ATTACH_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
