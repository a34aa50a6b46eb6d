import { at, change, except, find, type Found, list, remove, type Rule, text } from '../rule.ts';
import type { Deployment } from '../../support/variants.ts';

/* What reaches what, and what answers when it is busy. */

const GROUP = 'AWS::EC2::SecurityGroup';
const SERVICE = 'AWS::ECS::Service';

/** The security groups with a kind of rule, of their own or as resources beside them. */
function groupsWith(
  deployment: Deployment,
  kind: 'Ingress' | 'Egress',
  matches: (rule: unknown) => boolean,
): Found[] {
  const own = find(deployment, GROUP).filter(({ properties }) =>
    list(properties[`SecurityGroup${kind}`]).some(matches),
  );
  const beside = find(deployment, `${GROUP}${kind}`).filter(({ properties }) => matches(properties));
  return [...own, ...beside];
}

const isEverywhere = (rule: unknown) => at(rule, 'CidrIp') === '0.0.0.0/0' || at(rule, 'CidrIpv6') === '::/0';

/** The ids of subnets that a selection names. */
const subnetIds = (value: unknown) => [...text(value).matchAll(/"Ref":"(\w+)"/g)].map(([, id]) => id ?? '');

/** Whether a subnet has a route to the internet, by a gateway of this kind. */
function hasRoute(deployment: Deployment, subnet: string, target: 'NatGatewayId' | 'GatewayId'): boolean {
  const tables = find(deployment, 'AWS::EC2::SubnetRouteTableAssociation')
    .filter(({ properties }) => at(properties, 'SubnetId', 'Ref') === subnet)
    .map(({ properties }) => at(properties, 'RouteTableId', 'Ref'));
  return find(deployment, 'AWS::EC2::Route').some(
    ({ properties }) =>
      tables.includes(at(properties, 'RouteTableId', 'Ref')) && properties[target] !== undefined,
  );
}

export const NETWORK: readonly Rule[] = [
  {
    sentence:
      'only the load balancer accepts connections from everywhere, for TLS and for the redirection to it',
    violations: (deployment) =>
      groupsWith(
        deployment,
        'Ingress',
        (rule) => isEverywhere(rule) && ![80, 443].includes(Number(at(rule, 'FromPort'))),
      )
        .map(({ id }) => id)
        .concat(
          groupsWith(deployment, 'Ingress', isEverywhere)
            .map(({ id }) => id)
            .filter((id) => !id.startsWith('ApiBalancerGroup')),
        ),
    break: (deployment) =>
      change(deployment, `${GROUP}Ingress`, (properties) => {
        Object.assign(properties, { CidrIp: '0.0.0.0/0', FromPort: 4567 });
      }),
  },
  {
    sentence: 'every security group names what it connects to: another group, or HTTPS',
    violations: (deployment) =>
      groupsWith(
        deployment,
        'Egress',
        (rule) =>
          at(rule, 'IpProtocol') === '-1' || (isEverywhere(rule) && Number(at(rule, 'FromPort')) !== 443),
      )
        .map(({ id, properties }) => (text(properties).includes('255.255.255.255/32') ? '' : id))
        .filter((id) => id !== '')
        .concat(
          // Without any rule, AWS adds one that allows everything.
          except(
            find(deployment, GROUP),
            ({ properties, id }) =>
              list(properties['SecurityGroupEgress']).length > 0 ||
              find(deployment, `${GROUP}Egress`).some(({ properties: rule }) =>
                text(rule['GroupId']).includes(id),
              ),
          ),
        ),
    break: (deployment) =>
      change(deployment, GROUP, (properties) => {
        properties['SecurityGroupEgress'] = [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }];
      }),
  },
  {
    sentence: 'the network’s default security group is closed: what names no group can reach nothing',
    violations: (deployment) =>
      find(deployment, 'AWS::EC2::VPC').length === find(deployment, 'Custom::VpcRestrictDefaultSG').length
        ? []
        : ['the default group is open'],
    break: (deployment) => remove(deployment, ({ Type }) => Type === 'Custom::VpcRestrictDefaultSG'),
  },
  {
    sentence:
      'the API’s tasks reach the internet: by addresses of their own in public subnets, or by a NAT gateway',
    violations: (deployment) =>
      except(find(deployment, SERVICE), ({ properties }) => {
        const network = at(properties, 'NetworkConfiguration', 'AwsvpcConfiguration');
        const hasAddress = at(network, 'AssignPublicIp') === 'ENABLED';
        return subnetIds(at(network, 'Subnets')).every((subnet) =>
          hasRoute(deployment, subnet, hasAddress ? 'GatewayId' : 'NatGatewayId'),
        );
      }),
    break: (deployment) =>
      change(deployment, SERVICE, (properties) => {
        const network = at(properties, 'NetworkConfiguration', 'AwsvpcConfiguration');
        Object.assign(network as object, { AssignPublicIp: 'ENABLED' });
      }),
  },
  {
    sentence: 'a function in the network is in subnets with a NAT gateway: it gets no address of its own',
    violations: (deployment) =>
      except(
        find(deployment, 'AWS::Lambda::Function').filter(
          ({ properties }) => properties['VpcConfig'] !== undefined,
        ),
        ({ properties }) =>
          subnetIds(at(properties, 'VpcConfig', 'SubnetIds')).every((subnet) =>
            hasRoute(deployment, subnet, 'NatGatewayId'),
          ),
      ),
    break: (deployment) => remove(deployment, ({ Properties }) => Properties['NatGatewayId'] !== undefined),
  },
  {
    sentence: 'several tasks share Valkey, and so does the function that publishes to them',
    violations: (deployment) => {
      const { maxTasks, cacheNodes } = deployment.settings;
      const nodes = find(deployment, 'AWS::ElastiCache::ReplicationGroup').length;
      const publishers = find(deployment, 'AWS::Lambda::Function').filter(({ properties }) =>
        text(properties['Environment']).includes('REDIS_URL'),
      ).length;
      const isRight =
        cacheNodes > 0 ? nodes === 1 && publishers === 1 : nodes === 0 && publishers === 0 && maxTasks === 1;
      return isRight ? [] : [`${maxTasks} tasks, ${nodes} replication groups, ${publishers} publishers`];
    },
    break: (deployment) => remove(deployment, ({ Type }) => Type === 'AWS::ElastiCache::ReplicationGroup'),
  },
  {
    sentence:
      'a task that is only slow stays: its health check waits ten seconds, and must fail for a minute',
    violations: (deployment) =>
      except(find(deployment, 'AWS::ElasticLoadBalancingV2::TargetGroup'), ({ properties }) => {
        const seconds =
          Number(properties['HealthCheckIntervalSeconds']) * Number(properties['UnhealthyThresholdCount']);
        return seconds >= 60 && Number(properties['HealthCheckTimeoutSeconds']) >= 10;
      }),
    break: (deployment) =>
      change(deployment, 'AWS::ElasticLoadBalancingV2::TargetGroup', (properties) => {
        properties['UnhealthyThresholdCount'] = 2;
      }),
  },
  {
    sentence: 'an image of Amazon’s registry, or of one with a password, can be pulled',
    violations: (deployment) => {
      const { image = '', imageCredentialsArn } = deployment.settings;
      const statements = text(
        find(deployment, 'AWS::IAM::Policy', 'AWS::IAM::Role').map(({ properties }) => properties),
      );
      const isAmazons = image === '' || image.includes('.dkr.ecr.');
      return [
        ...(isAmazons && !statements.includes('ecr:BatchGetImage') ? ['the image of Amazon’s registry'] : []),
        ...(imageCredentialsArn !== undefined &&
        !(
          statements.includes(imageCredentialsArn) &&
          text(find(deployment, 'AWS::ECS::TaskDefinition').map(({ properties }) => properties)).includes(
            'CredentialsParameter',
          )
        )
          ? [image]
          : []),
      ];
    },
    break: (deployment) =>
      remove(
        deployment,
        ({ Type, Properties }) =>
          Type === 'AWS::IAM::Policy' && text(Properties).includes('ecr:BatchGetImage'),
      ),
  },
];
