import { Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { anyTableAccess } from '../permissions.ts';
import { indexArn } from '../table/table-properties.ts';
import { createLogGroup } from './log-group.ts';
import { dynamoActions } from './table-policy.ts';

/** The minimum for the load balancer. */
const ZONES = 2;

export interface NetworkProps {
  readonly tableArn: string;
  readonly natGateways: number;
  readonly logDays: RetentionDays;
}

/**
 * Two zones with public subnets for the load balancer only, and private ones for everything else. The table is reached
 * through its gateway endpoint, which allows only this table and this account. All other traffic (keys of tokens, the
 * failure queue, image and logs) goes through the NAT gateway.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly tableEndpoint: GatewayVpcEndpoint;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      maxAzs: ZONES,
      natGateways: props.natGateways,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
    });
    // Refused traffic, and the addresses of all connections: no contents.
    this.vpc.addFlowLog('Flow', {
      destination: FlowLogDestination.toCloudWatchLogs(
        createLogGroup(this, 'FlowLog', 'flow', props.logDays),
      ),
      trafficType: FlowLogTrafficType.REJECT,
    });
    this.tableEndpoint = this.#addTableEndpoint(props.tableArn);
    this.#addImageEndpoint();
  }

  #addTableEndpoint(tableArn: string): GatewayVpcEndpoint {
    const endpoint = this.vpc.addGatewayEndpoint('Table', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    const { table, index } = anyTableAccess();
    const ours = { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } };
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: dynamoActions(table),
        resources: [tableArn],
        conditions: ours,
      }),
    );
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: dynamoActions(index),
        resources: [indexArn(tableArn)],
        conditions: ours,
      }),
    );
    return endpoint;
  }

  /** Allows layers of images in Amazon's registry, which are in a bucket of AWS. */
  #addImageEndpoint(): void {
    const { partition, region } = Stack.of(this);
    const endpoint = this.vpc.addGatewayEndpoint('Images', { service: GatewayVpcEndpointAwsService.S3 });
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
      }),
    );
  }

  /** Creates a security group that accepts no connection until a rule is added. */
  securityGroup(scope: Construct, id: string, description: string): SecurityGroup {
    return new SecurityGroup(scope, id, { vpc: this.vpc, description });
  }
}
