import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** The load balancer's access log, one line for each request: addresses and paths, kept as long as the other logs. */
export class AccessLog extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly loadBalancer: ApplicationLoadBalancer; readonly days: number },
  ) {
    super(scope, id);
    const { loadBalancer, days } = props;
    const bucket = new Bucket(this, 'Bucket', {
      // The load balancer supports no other encryption for its logs.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(days) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(bucket, 'It is the bucket of access logs itself.', ['S1']);
    const { account, partition, region } = Stack.of(this);
    bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${account}/*`)],
        conditions: {
          ArnLike: {
            'aws:SourceArn': `arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/*`,
          },
        },
      }),
    );
    loadBalancer.setAttribute('access_logs.s3.enabled', 'true');
    loadBalancer.setAttribute('access_logs.s3.bucket', bucket.bucketName);
    // The load balancer tries to write there at once.
    if (bucket.policy) loadBalancer.node.addDependency(bucket.policy);
  }
}
