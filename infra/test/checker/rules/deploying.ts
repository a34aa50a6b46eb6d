import { at, change, except, find, list, type Rule, text } from '../rule.ts';

/* What CloudFormation would refuse or forget, from the first deployment to a setting that is switched back. */

/** The properties by which resources have fixed names. */
const NAMES = [
  'AlarmName',
  'AliasName',
  'BackupVaultName',
  'BucketName',
  'ConfigRuleName',
  'DashboardName',
  'FunctionName',
  'LogGroupName',
  'Name',
  'QueueName',
  'RoleName',
  'TableName',
  'TopicName',
  'TrailName',
];
/** Types whose name belongs to another resource, which has the environment's prefix, or to the account's only one. */
const NAMED_ELSEWHERE = [
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Permission',
  'AWS::Config::ConfigurationRecorder',
];

const PARAMETER = 'AWS::SSM::Parameter';

export const DEPLOYING: readonly Rule[] = [
  {
    sentence: 'no stack exports or imports a value: CloudFormation would refuse to remove what is imported',
    violations: ({ stacks }) =>
      stacks.flatMap(({ name, template }) => [
        ...Object.entries(template.Outputs)
          .filter(([, { Export }]) => Export !== undefined)
          .map(([id]) => `${name} exports ${id}`),
        ...(text(template.Resources).includes('Fn::ImportValue') ? [`${name} imports`] : []),
      ]),
    break: (deployment) =>
      change(deployment, 'AWS::ECS::Service', (properties) => {
        properties['Cluster'] = { 'Fn::ImportValue': 'CruddurTable:ExportsOutput' };
      }),
  },
  {
    sentence: 'a value that a stack reads from a parameter is written by a stack that is deployed before it',
    violations: (deployment) =>
      deployment.stacks.flatMap((stack) => {
        const read = Object.values(stack.template.Parameters)
          .filter((parameter) => text(at(parameter, 'Type')).includes('AWS::SSM::Parameter::Value'))
          .map((parameter) => at(parameter, 'Default'))
          .filter((name) => !String(name).startsWith('/cdk-bootstrap/'));
        const written = find(deployment, PARAMETER)
          .filter((one) => stack.after.includes(one.stack.name))
          .map(({ properties }) => properties['Name']);
        return read
          .filter((name) => !written.includes(name))
          .map((name) => `${stack.name} reads ${String(name)}`);
      }),
    break: (deployment) =>
      change(deployment, PARAMETER, (properties) => {
        properties['Name'] = '/another/name';
      }),
  },
  {
    sentence:
      'every fixed name begins with the environment’s prefix, so that another environment has its own',
    violations: (deployment) =>
      except(
        find(deployment).filter(({ resource }) => !NAMED_ELSEWHERE.includes(resource.Type)),
        ({ properties }) =>
          NAMES.map((name) => properties[name])
            .filter((name): name is string => typeof name === 'string')
            .every((name) => name.replace(/^(\/|alias\/)/, '').startsWith(deployment.settings.prefix)),
      ),
    break: (deployment) =>
      change(deployment, 'AWS::KMS::Alias', (properties) => {
        properties['AliasName'] = 'alias/messages';
      }),
  },
  {
    sentence:
      'what is retained and has a fixed name is removed with a failed creation, so that the next one can succeed',
    violations: (deployment) =>
      except(
        find(deployment).filter(
          ({ resource, properties }) =>
            resource.DeletionPolicy === 'Retain' &&
            NAMES.some((name) => typeof properties[name] === 'string'),
        ),
        () => false,
      ),
    break: (deployment) =>
      change(deployment, 'AWS::DynamoDB::GlobalTable', (_properties, resource) => {
        resource.DeletionPolicy = 'Retain';
      }),
  },
  {
    sentence:
      'logs remain when their stack is deleted, and their groups’ names do not stop the next deployment',
    violations: (deployment) =>
      except(
        find(deployment, 'AWS::Logs::LogGroup'),
        ({ resource, properties }) =>
          resource.DeletionPolicy === 'RetainExceptOnCreate' && properties['LogGroupName'] === undefined,
      ),
    break: (deployment) =>
      change(deployment, 'AWS::Logs::LogGroup', (properties) => {
        properties['LogGroupName'] = '/cruddur-service/api';
      }),
  },
  {
    sentence:
      'table, user pool and load balancer can be deleted until the first deployment has succeeded, and not later',
    violations: (deployment) => {
      const { deletionProtection: isProtected } = deployment.settings;
      const attributes = (properties: unknown) =>
        list(at(properties, 'LoadBalancerAttributes')).map(
          (one) => `${text(at(one, 'Key'))} ${text(at(one, 'Value'))}`,
        );
      return [
        ...except(find(deployment, 'AWS::DynamoDB::GlobalTable'), ({ properties }) =>
          list(properties['Replicas']).every((one) => at(one, 'DeletionProtectionEnabled') === isProtected),
        ),
        ...except(
          find(deployment, 'AWS::Cognito::UserPool'),
          ({ properties }) => properties['DeletionProtection'] === (isProtected ? 'ACTIVE' : 'INACTIVE'),
        ),
        ...except(find(deployment, 'AWS::ElasticLoadBalancingV2::LoadBalancer'), ({ properties }) =>
          attributes(properties).includes(`"deletion_protection.enabled" "${isProtected}"`),
        ),
      ];
    },
    break: (deployment) =>
      change(deployment, 'AWS::Cognito::UserPool', (properties) => {
        properties['DeletionProtection'] = 'INACTIVE';
      }),
  },
  {
    sentence:
      'a release of the API is rolled back by alarms of its own stack, and by tasks that do not start',
    violations: (deployment) => {
      const names = find(deployment, 'AWS::CloudWatch::Alarm').map(
        ({ properties }) => properties['AlarmName'],
      );
      return except(find(deployment, 'AWS::ECS::Service'), ({ properties }) => {
        const configuration = properties['DeploymentConfiguration'];
        const alarms = at(configuration, 'Alarms');
        const named = list(at(alarms, 'AlarmNames'));
        return (
          at(configuration, 'DeploymentCircuitBreaker', 'Rollback') === true &&
          at(alarms, 'Enable') === true &&
          at(alarms, 'Rollback') === true &&
          named.length > 0 &&
          named.every((name) => names.includes(name))
        );
      });
    },
    break: (deployment) =>
      change(deployment, 'AWS::ECS::Service', (properties) => {
        properties['DeploymentConfiguration'] = {
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        };
      }),
  },
];
