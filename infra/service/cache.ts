import { SecretValue } from 'aws-cdk-lib';
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Port, type SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Network } from './network.ts';

/** Half a gigabyte: events pass through and are not kept, and counts of rate limits live a minute. */
const NODE_TYPE = 'cache.t4g.micro';
const ENGINE_VERSION = '8.1';
const PORT = 6380;
const TOKEN_LENGTH = 64;

/** Valkey: passes events between API processes and from the stream's function, and counts for rate limiting. */
export class Cache extends Construct {
  /** The secret with the URL, including the password: the value of REDIS_URL. */
  readonly url: Secret;
  /** The ids of the nodes, as CloudWatch names them. */
  readonly nodeIds: readonly string[];
  readonly #securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: { readonly network: Network; readonly nodes: number }) {
    super(scope, id);
    const { network, nodes } = props;
    this.#securityGroup = network.securityGroup(
      this,
      'Group',
      'Valkey: the API and the stream function connect to it',
    );
    const token = new Secret(this, 'Token', {
      generateSecretString: { excludePunctuation: true, passwordLength: TOKEN_LENGTH },
    });
    const group = this.#createNodes(network, nodes, token);
    // ElastiCache numbers the nodes of a group from 001.
    this.nodeIds = Array.from({ length: nodes }, (_, index) => `${group.ref}-00${index + 1}`);
    const address = group.attrPrimaryEndPointAddress;
    this.url = new Secret(this, 'Url', {
      secretStringValue: SecretValue.unsafePlainText(
        `rediss://:${token.secretValue.unsafeUnwrap()}@${address}:${PORT}`,
      ),
    });
    for (const secret of [token, this.url]) {
      acknowledge(
        secret,
        'Changed by hand, as docs/operations.md says: the nodes must get the new value first.',
        ['SMG4'],
      );
    }
  }

  /** Allows a security group to connect. @param who describes it in the rule. */
  allow(group: SecurityGroup, who: string): void {
    this.#securityGroup.addIngressRule(group, Port.tcp(PORT), who);
    group.addEgressRule(this.#securityGroup, Port.tcp(PORT), 'Valkey');
  }

  #createNodes(network: Network, nodes: number, token: Secret): CfnReplicationGroup {
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: 'Private subnets of the messages network',
      subnetIds: network.vpc.selectSubnets(network.privateSubnets).subnetIds,
    });
    const several = nodes > 1;
    const group = new CfnReplicationGroup(this, 'Nodes', {
      replicationGroupDescription: 'Events and rate limits of the messages API',
      engine: 'valkey',
      engineVersion: ENGINE_VERSION,
      cacheNodeType: NODE_TYPE,
      numCacheClusters: nodes,
      automaticFailoverEnabled: several,
      multiAzEnabled: several,
      port: PORT,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [this.#securityGroup.securityGroupId],
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      authToken: token.secretValue.unsafeUnwrap(),
      autoMinorVersionUpgrade: true,
    });
    if (!several) {
      acknowledge(group, 'One node is enough: while it is down, messages are stored and events pause.', [
        'AEC4',
      ]);
    }
    return group;
  }
}
