import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Suppresses findings of the AWS Solutions rules on a construct and its children, for a reason. */
export function acknowledge(construct: IConstruct, reason: string, findings: readonly string[]): void {
  for (const finding of findings) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
  }
}
