import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
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

/**
 * The permissions of a role on the table, its index and its key, only through the network's endpoint: stolen credentials
 * are useless outside the network.
 */
export function tableStatements(
  scope: Construct,
  user: TableUser,
  table: DeployedTable,
  endpointId: string,
): PolicyStatement[] {
  const access = TABLE_ACCESS[user];
  const conditions = { StringEquals: { 'aws:SourceVpce': endpointId } };
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
