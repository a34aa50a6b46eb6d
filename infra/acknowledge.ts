import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Lets findings of the AWS Solutions rules stand on a construct and what it holds, for a reason. */
export function acknowledge(construct: IConstruct, reason: string, findings: readonly string[]): void {
  for (const finding of findings) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
  }
}
