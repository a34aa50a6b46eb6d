/**
 * The types of resources that the stand-in for AWS cannot create, and what is checked instead: the test file with the rules
 * about what AWS would do with them.
 */
export const STANDS_IN: Readonly<Record<string, string>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': 'infra/test/service.suite.ts',
  'AWS::ApplicationAutoScaling::ScalingPolicy': 'infra/test/service.suite.ts',
  'AWS::Backup::BackupPlan': 'infra/test/baseline.suite.ts',
  'AWS::Backup::BackupSelection': 'infra/test/baseline.suite.ts',
  'AWS::Backup::BackupVault': 'infra/test/baseline.suite.ts',
  'AWS::Budgets::Budget': 'infra/test/rules.suite.ts',
  'AWS::CloudTrail::Trail': 'infra/test/baseline.suite.ts',
  'AWS::CloudWatch::Alarm': 'infra/test/alarms.suite.ts',
  'AWS::CloudWatch::CompositeAlarm': 'infra/test/alarms.suite.ts',
  'AWS::Cognito::UserPool': 'infra/test/users.suite.ts',
  'AWS::Cognito::UserPoolClient': 'test/browser/cognito.suite.ts',
  'AWS::Cognito::UserPoolDomain': 'infra/test/users.suite.ts',
  'AWS::Config::ConfigRule': 'infra/test/baseline.suite.ts',
  'AWS::Config::ConfigurationRecorder': 'infra/test/baseline.suite.ts',
  'AWS::Config::DeliveryChannel': 'infra/test/rules.suite.ts',
  'AWS::EC2::SecurityGroupEgress': 'infra/test/checker/rules/network.ts',
  'AWS::ElastiCache::ReplicationGroup': 'infra/test/service.suite.ts',
  'AWS::ElastiCache::SubnetGroup': 'infra/test/rules.suite.ts',
  'AWS::Logs::MetricFilter': 'infra/test/baseline.suite.ts',
  'AWS::Logs::QueryDefinition': 'infra/test/alarms.suite.ts',
  'AWS::S3::BucketPolicy': 'infra/test/checker/rules/files.ts',
  'AWS::SNS::Subscription': 'infra/test/alarms.suite.ts',
  'AWS::SNS::TopicPolicy': 'infra/test/alarms.suite.ts',
  'AWS::SQS::QueuePolicy': 'infra/test/rules.suite.ts',
  'AWS::SecretsManager::Secret': 'infra/test/service.suite.ts',
  'Custom::VpcRestrictDefaultSG': 'infra/test/checker/rules/network.ts',
};
