import { CfnGlobalTable, type CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { INBOX_INDEX } from '../../schema/table.ts';

/** Without those that are only used most: these rules see throttled requests alone, and cost little. */
const SPECIFICATION = { Enabled: true, Mode: 'THROTTLED_KEYS' };

/**
 * Lets CloudWatch's Contributor Insights list the keys that are throttled most, of the table and of its index, in the
 * region of the stack.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
 */
export function watchThrottledKeys(table: CfnGlobalTable | CfnTable): void {
  const place = table instanceof CfnGlobalTable ? 'Replicas.0.' : '';
  table.addPropertyOverride(`${place}ContributorInsightsSpecification`, SPECIFICATION);
  table.addPropertyOverride(`${place}GlobalSecondaryIndexes.0.IndexName`, INBOX_INDEX);
  table.addPropertyOverride(
    `${place}GlobalSecondaryIndexes.0.ContributorInsightsSpecification`,
    SPECIFICATION,
  );
}
