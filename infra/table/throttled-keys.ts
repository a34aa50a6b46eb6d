import type { CfnGlobalTable } from 'aws-cdk-lib/aws-dynamodb';

/** Without those that are only used most: these rules see throttled requests alone, and cost little. */
const SPECIFICATION = { Enabled: true, Mode: 'THROTTLED_KEYS' };

/**
 * Lets CloudWatch's Contributor Insights list the keys that are throttled most, of the table and of its index, in the
 * region of the stack.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
 */
export function watchThrottledKeys(table: CfnGlobalTable): void {
  for (const place of ['Replicas.0', 'Replicas.0.GlobalSecondaryIndexes.0'])
    table.addPropertyOverride(`${place}.ContributorInsightsSpecification`, SPECIFICATION);
}
