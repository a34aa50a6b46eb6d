import { Stack } from 'aws-cdk-lib';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** Requests of one address in five minutes: a household behind one address stays far below it. */
const REQUESTS_IN_5_MINUTES = 3_000;

export interface FirewallProps {
  readonly loadBalancerArn: string;
  /** Absent where a replica of another region's user pool signs users in. */
  readonly userPoolArn: string | undefined;
}

/**
 * Blocks an address that sends too many requests, before the containers and the sign-in pages do any work for it. The
 * API's own rate limits count users, and come after.
 */
export function createFirewall(scope: Construct, { loadBalancerArn, userPoolArn }: FirewallProps): void {
  const visibility = (metricName: string) => ({
    metricName,
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
  });
  const acl = new CfnWebACL(scope, 'Firewall', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility(Stack.of(scope).stackName),
    rules: [
      {
        name: 'requests-of-an-address',
        priority: 0,
        action: { block: {} },
        statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: REQUESTS_IN_5_MINUTES } },
        visibilityConfig: visibility(`${Stack.of(scope).stackName}-blocked`),
      },
    ],
  });
  const associate = (id: string, resourceArn: string) =>
    new CfnWebACLAssociation(scope, `Firewall${id}`, { webAclArn: acl.attrArn, resourceArn });
  associate('Balancer', loadBalancerArn);
  if (userPoolArn !== undefined) associate('Pool', userPoolArn);
}
