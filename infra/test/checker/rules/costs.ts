import { at, change, except, find, list, type Rule } from '../rule.ts';

/* What limits a bill, also one that a stranger causes. */

const TABLE = 'AWS::DynamoDB::GlobalTable';
/** Where a table has a maximum of its own: for its writes, its index, and in each region the reads of both. */
const WRITES = [
  ['WriteOnDemandThroughputSettings', 'MaxWriteRequestUnits'],
  ['WriteProvisionedThroughputSettings', 'WriteCapacityAutoScalingSettings', 'MaxCapacity'],
];
const READS = [
  ['ReadOnDemandThroughputSettings', 'MaxReadRequestUnits'],
  ['ReadProvisionedThroughputSettings', 'ReadCapacityAutoScalingSettings', 'MaxCapacity'],
];

const hasMaximum = (value: unknown, paths: readonly (readonly string[])[]) =>
  paths.some((path) => Number(at(value, ...path)) > 0);

export const COSTS: readonly Rule[] = [
  {
    sentence: 'the table and its index have a maximum of reads and of writes a second',
    violations: (deployment) =>
      except(
        find(deployment, TABLE),
        ({ properties }) =>
          [properties, ...list(properties['GlobalSecondaryIndexes'])].every((one) =>
            hasMaximum(one, WRITES),
          ) &&
          list(properties['Replicas'])
            .flatMap((one) => [one, ...list(at(one, 'GlobalSecondaryIndexes'))])
            .every((one) => hasMaximum(one, READS)),
      ),
    break: (deployment) =>
      change(deployment, TABLE, (properties) => {
        delete properties['WriteOnDemandThroughputSettings'];
      }),
  },
  {
    sentence: 'the firewall limits the requests of an address, to the load balancer and to the user pool',
    violations: (deployment) => {
      if (!deployment.settings.firewall) return [];
      // A replica of a user pool belongs to the deployment that it copies.
      const doors = deployment.settings.replicatedUserPool ? 1 : 2;
      return find(deployment, 'AWS::WAFv2::WebACLAssociation').length === doors &&
        JSON.stringify(find(deployment, 'AWS::WAFv2::WebACL').map(({ properties }) => properties)).includes(
          'RateBasedStatement',
        )
        ? []
        : ['an address may send without end'];
    },
    break: (deployment) =>
      change(deployment, 'AWS::WAFv2::WebACL', (properties) => {
        properties['Rules'] = [];
      }),
  },
  {
    sentence: 'a small environment has none of the parts that cost money without any request',
    violations: (deployment) => {
      const { size, natGateways, encryptionKey, containerInsights } = deployment.settings;
      if (size !== 'small' || natGateways > 0) return [];
      return find(deployment, 'AWS::EC2::NatGateway', 'AWS::EC2::EIP', 'AWS::ElastiCache::ReplicationGroup')
        .map(({ id }) => id)
        .concat(
          except(
            find(deployment, 'AWS::ECS::Cluster'),
            ({ properties }) =>
              at(list(properties['ClusterSettings'])[0], 'Value') ===
              (containerInsights ? 'enabled' : 'disabled'),
          ),
          encryptionKey === 'aws-owned'
            ? find(deployment, 'AWS::KMS::Key')
                .filter(({ properties }) => String(properties['Description']).includes('messages table'))
                .map(({ id }) => id)
            : [],
        );
    },
    break: (deployment) => {
      Object.assign(deployment.settings, { size: 'small', natGateways: 0 });
    },
  },
];
