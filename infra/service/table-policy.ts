import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TABLE_ACCESS, type TableAction, type TableUser } from '../permissions.ts';
import { indexArn } from '../table/table-properties.ts';
import type { CreatedTable } from '../table/table-stack.ts';

/** The table as policies and settings name it. */
export interface DeployedTable extends CreatedTable {
  readonly tableName: string;
  readonly tableArn: string;
}

/** What DynamoDB does with a table's key in the name of whoever reads or writes the table. */
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
 * What a role may do with the table, its index and its key, and only through the network's endpoint: credentials that
 * were carried out of it open nothing.
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

/** The key by way of DynamoDB alone. Empty where the key is AWS's own. */
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
 * Lambda attaches a function to its network in the role's name, with actions that AWS binds to no resource. The
 * function's own code must not: what it does carries its ARN.
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
