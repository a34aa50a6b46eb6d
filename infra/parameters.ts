import { CfnParameter } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The recipient of alarms. */
export function emailParameter(scope: Construct): string {
  return new CfnParameter(scope, 'AlarmEmail', {
    description: 'E-mail address that alarms and the budget are sent to',
    allowedPattern: '^[^@ ]+@[^@ ]+$',
  }).valueAsString;
}
