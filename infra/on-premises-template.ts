import { INBOX_INDEX } from '../schema/table.ts';
import { READER_PARAMETERS, readerRole, READS } from './reader-role-template.ts';

const NETWORK_PARAMETERS = {
  VpcId: { Type: 'AWS::EC2::VPC::Id', Description: 'The VPC at which the VPN or Direct Connect ends' },
  SubnetIds: {
    Type: 'List<AWS::EC2::Subnet::Id>',
    Description: 'Subnets in which the endpoint has an address each',
  },
  Network: {
    Type: 'String',
    AllowedPattern: '[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}',
    Description: 'The network that may connect, such as 10.20.0.0/16',
  },
};

/**
 * A way to the table for networks that reach a VPC by VPN or Direct Connect: an interface endpoint, which has addresses of
 * the VPC, unlike the gateway endpoint of the service; and a role that reads the table through it alone. Only one table, this
 * account and listed networks pass. It costs $7.30 a month for each subnet.
 */
export function onPremisesTemplate() {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description:
      'A way to the table of Cruddur messaging from networks that reach the VPC by VPN or Direct Connect',
    Parameters: {
      ...READER_PARAMETERS,
      ...NETWORK_PARAMETERS,
    },
    Conditions: { HasKey: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'KeyArn' }, ''] }] } },
    Resources: {
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: 'The way to the table: TLS from one network',
          VpcId: { Ref: 'VpcId' },
          SecurityGroupIngress: [
            { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: { Ref: 'Network' } },
          ],
          // Without a rule AWS would allow everything; an endpoint opens no connections.
          SecurityGroupEgress: [
            { IpProtocol: 'icmp', FromPort: 252, ToPort: 86, CidrIp: '255.255.255.255/32' },
          ],
        },
      },
      Endpoint: {
        Type: 'AWS::EC2::VPCEndpoint',
        Properties: {
          VpcEndpointType: 'Interface',
          ServiceName: { 'Fn::Sub': 'com.amazonaws.${AWS::Region}.dynamodb' },
          VpcId: { Ref: 'VpcId' },
          SubnetIds: { Ref: 'SubnetIds' },
          SecurityGroupIds: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }],
          // The VPC's own names keep leading to its gateway endpoint: callers name this one.
          PrivateDnsEnabled: false,
          PolicyDocument: endpointPolicy(),
        },
      },
      Reader: readerRole({ StringEquals: { 'aws:SourceVpce': { Ref: 'Endpoint' } } }),
    },
    Outputs: {
      RoleArn: { Value: { 'Fn::GetAtt': ['Reader', 'Arn'] } },
      EndpointUrl: {
        Description: 'The value of --endpoint',
        // An entry is the id of a hosted zone, a colon and a name.
        Value: {
          'Fn::Sub': [
            'https://${Name}',
            {
              Name: {
                'Fn::Select': [
                  1,
                  { 'Fn::Split': [':', { 'Fn::Select': [0, { 'Fn::GetAtt': ['Endpoint', 'DnsEntries'] }] }] },
                ],
              },
            },
          ],
        },
      },
    },
  };
}

/** What passes the endpoint, whatever the caller's own policies: reads of the table, by identities of this account. */
function endpointPolicy() {
  const table = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}';
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: READS,
        Resource: [{ 'Fn::Sub': table }, { 'Fn::Sub': `${table}/index/${INBOX_INDEX}` }],
        Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
      },
    ],
  };
}
