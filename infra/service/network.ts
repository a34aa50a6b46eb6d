import { CfnResource, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
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

const PUBLIC = 'public';
const PRIVATE = 'private';
/** The minimum for the load balancer. */
const ZONES = 2;

export interface NetworkProps {
  readonly tableArn: string;
  readonly natGateways: number;
  readonly logDays: RetentionDays;
}

/**
 * Two zones with public and private subnets. With a NAT gateway, the public ones hold the load balancer only, and private
 * ones everything else; without one, the API's tasks are in public subnets too, with addresses of their own and security
 * groups that accept the load balancer alone. The table is reached through its gateway endpoint, which allows only this
 * table and this account. All other traffic (keys of tokens, the failure queue, image and logs) goes to the internet.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly tableEndpoint: GatewayVpcEndpoint;
  /** The subnets of the API's tasks. */
  readonly taskSubnets: SubnetSelection;
  /** Whether tasks reach the internet by addresses of their own. */
  readonly tasksHavePublicIps: boolean;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.tasksHavePublicIps = props.natGateways === 0;
    this.taskSubnets = { subnetGroupName: this.tasksHavePublicIps ? PUBLIC : PRIVATE };
    this.vpc = new Vpc(this, 'Vpc', {
      maxAzs: ZONES,
      natGateways: props.natGateways,
      // By a function of the CDK: CloudFormation itself cannot change this group, which every network has.
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        { name: PUBLIC, subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        {
          // The same name, and so the same subnet, with and without a way out: the setting can change.
          name: PRIVATE,
          subnetType: this.tasksHavePublicIps ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS,
          cidrMask: 20,
        },
      ],
    });
    this.#confineProvider();
    // Refused traffic, and the addresses of all connections: no contents.
    this.vpc.addFlowLog('Flow', {
      destination: FlowLogDestination.toCloudWatchLogs(createLogGroup(this, 'FlowLog', props.logDays)),
      trafficType: FlowLogTrafficType.REJECT,
    });
    this.tableEndpoint = this.#addTableEndpoint(props.tableArn);
    this.#addImageEndpoint();
  }

  /** The CDK's function that closes the default group gets AWS's policy for all logs: it needs no log. */
  #confineProvider(): void {
    const provider = Stack.of(this).node.findChild('Custom::VpcRestrictDefaultSGCustomResourceProvider');
    const role = provider.node.findChild('Role');
    if (CfnResource.isCfnResource(role)) role.addPropertyDeletionOverride('ManagedPolicyArns');
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

  /** Selects the private subnets, whether or not they have a way out. */
  get privateSubnets(): SubnetSelection {
    return { subnetGroupName: PRIVATE };
  }

  /** Creates a security group that accepts and opens no connection until a rule is added. */
  securityGroup(scope: Construct, id: string, description: string): SecurityGroup {
    return new SecurityGroup(scope, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  /** Allows connections to AWS, the registry and the issuer of tokens: they have no addresses that could be listed. */
  allowHttps(group: SecurityGroup): void {
    group.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'AWS, the registry, the issuer of tokens');
  }
}
