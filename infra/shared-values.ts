import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { TABLE_ACCESS } from './permissions.ts';
import type { Settings } from './settings.ts';

/*
 * Values that one stack creates and another needs. They go through parameters of Systems Manager with fixed names: with
 * an export, CloudFormation refuses to update the stack that has it while another one imports it, so that a setting
 * could be switched on and not off.
 */

/** The stream and the keys of the table's stack, and the roles of the service's stack. */
export type SharedValue = 'table-stream-arn' | 'table-key-arn' | 'text-key-arn' | `role-name-${string}`;

/** The names of the roles that read the table in normal operation. */
export const SHARED_ROLES = Object.keys(TABLE_ACCESS).map((user) => `role-name-${user}` as const);

/** Writes a value for the other stacks of the environment. */
export function shareValue(scope: Construct, settings: Settings, name: SharedValue, value: string): void {
  new StringParameter(scope, `Shared-${name}`, {
    parameterName: parameterName(settings, name),
    stringValue: value,
  });
}

/** Returns a value that another stack of the environment wrote, as it is at each deployment. */
export function sharedValue(scope: Construct, settings: Settings, name: SharedValue): string {
  return StringParameter.valueForStringParameter(scope, parameterName(settings, name));
}

function parameterName({ prefix }: Settings, name: SharedValue): string {
  return `/${prefix}/${name}`;
}
