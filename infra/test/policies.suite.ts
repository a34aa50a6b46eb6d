import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { anyTableAccess } from '../permissions.ts';
import { daxRoleTemplate } from '../dax-role-template.ts';
import { onPremisesTemplate } from '../on-premises-template.ts';
import { BOUNDARY_ACTIONS } from '../permissions-boundary.ts';
import { readerRoleTemplate } from '../reader-role-template.ts';
import { resourcesOf, type Stack, synthesise, EXISTING } from './support/synthesis.ts';

/** The image comes from another registry by default; containers with a built image also need the registry's sign-in. */
const DEPLOYMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'by default': { baseline: true },
  'with an image that is built': { image: undefined },
  'with the key of AWS': { encryptionKey: 'aws-owned' },
  'on an existing table': EXISTING,
  'with encrypted texts': { textEncryption: 'on' },
  'with files': { files: true },
};

const oneOrMore = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const statement = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.record(z.string(), z.unknown()).optional(),
});
type Statement = z.output<typeof statement>;
const document = z.object({ Statement: z.array(statement) });
const role = z.looseObject({
  ManagedPolicyArns: z.array(z.unknown()).default([]),
  Policies: z.array(z.object({ PolicyDocument: document })).default([]),
});
const policy = z.looseObject({ PolicyDocument: document, Roles: z.array(z.unknown()).default([]) });

/** The statements of all roles: the actions that they allow, and the resources. */
function statementsOf(stacks: readonly Stack[]) {
  return [...rolesOf(stacks).values()].flat().map(({ Effect, Action, Resource }) => ({
    allows: Effect === 'Allow' ? Action.map(textOf) : [],
    resources: Resource.map(textOf),
  }));
}

/** Every statement that is attached to a role, by the role's name in its template. */
function rolesOf(stacks: readonly Stack[]): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>();
  const add = (name: string, statements: readonly Statement[]) =>
    found.set(name, [...(found.get(name) ?? []), ...statements]);
  for (const { template } of stacks) {
    for (const [name, resource] of Object.entries(template.Resources)) {
      if (resource.Type === 'AWS::IAM::Role') {
        const { Policies } = role.parse(resource.Properties);
        add(
          withoutHash(name),
          Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
        );
      }
      if (resource.Type === 'AWS::IAM::Policy') {
        const { PolicyDocument, Roles } = policy.parse(resource.Properties);
        for (const { Ref } of z.array(z.object({ Ref: z.string() })).parse(Roles)) {
          add(withoutHash(Ref), PolicyDocument.Statement);
        }
      }
    }
  }
  return found;
}

/** Removes what the CDK adds to the name of a parameter of Systems Manager, or the hash of a logical id. */
function withoutHash(id: string): string {
  return id.replace(/^SsmParameterValue(\w+)[0-9A-F]{32}Parameter$/, '$1').replace(/[0-9A-F]{8}$/, '');
}

/** Formats a value of a template for a reader: references by name. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text
    .replace(/\{"Ref":"AWS::(\w+)"\}/g, '"<$1>"')
    .replace(
      /\{"Fn::(?:GetAtt|ImportValue)":\[?"([^"]+)"(?:,"(\w+)")?\]?\}/g,
      (_all, id: string, part = '') => `"<${withoutHash(id)}${part && `.${String(part)}`}>"`,
    )
    .replace(/\{"Ref":"([^"]+)"\}/g, (_all, id: string) => `"<${withoutHash(id)}>"`)
    .replace(
      /\{"Fn::Join":\["",\[((?:"[^"]*",?)*)\]\]\}/g,
      (_all, parts: string) => `"${parts.replaceAll(/"|,(?=")/g, '')}"`,
    )
    .replaceAll('"', '');
}

/** A statement as one line. */
function lineOf({ Effect, Action, Resource, Condition }: Statement): string {
  const condition = Condition === undefined ? '' : ` if ${textOf(Condition)}`;
  return `${Effect} ${Action.map(textOf).sort().join(' ')} on ${Resource.map(textOf).sort().join(' ')}${condition}`;
}

/** Actions that are allowed on `*`: AWS defines no resource for them, or demands all. */
const OF_NO_RESOURCE = [
  // Attaching a function to its network: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  // Signing in to the registry of images.
  'ecr:GetAuthorizationToken',
];

describe.each(Object.entries(DEPLOYMENTS))('in a deployment %s', (_name, context) => {
  let stacks: readonly Stack[];
  beforeAll(() => {
    stacks = synthesise(context);
  });

  it('no statement allows every action on every resource', () => {
    const actions = statementsOf(stacks).flatMap(({ allows }) => allows);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('only actions for which AWS defines no resource, or demands all, are allowed on every resource', () => {
    const everywhere = statementsOf(stacks)
      .filter(({ resources }) => resources.includes('*'))
      .flatMap(({ allows }) => allows);
    expect(everywhere.filter((action) => !OF_NO_RESOURCE.includes(action))).toEqual([]);
  });

  it('there are roles, and no users, groups, access keys or managed policies of AWS', () => {
    for (const type of [
      'AWS::IAM::User',
      'AWS::IAM::Group',
      'AWS::IAM::AccessKey',
      'AWS::IAM::ManagedPolicy',
    ]) {
      expect(resourcesOf(stacks, type)).toEqual([]);
    }
    const roles = resourcesOf(stacks, 'AWS::IAM::Role').map(({ Properties }) => role.parse(Properties));
    expect(roles.length).toBeGreaterThan(0);
    expect(roles.flatMap(({ ManagedPolicyArns }) => ManagedPolicyArns)).toEqual([]);
  });
});

it('every statement of every role is in the reviewed list', () => {
  const lines = [...rolesOf(synthesise({ baseline: true }))].flatMap(([name, statements]) => [
    `${name}:`,
    ...statements.map((one) => `    ${lineOf(one)}`),
  ]);
  expect(`${lines.join('\n')}\n`).toBe(readFileSync('infra/test/policies.txt', 'utf8'));
});

describe('the endpoint of the table', () => {
  it('allows only this table and this account, and the actions of its roles', () => {
    const endpoints = resourcesOf(synthesise(), 'AWS::EC2::VPCEndpoint').filter((endpoint) =>
      textOf(endpoint.Properties['ServiceName']).includes('dynamodb'),
    );
    expect(endpoints).toHaveLength(1);
    const policy = document.parse(endpoints[0]?.Properties['PolicyDocument']);
    const ours = 'if {StringEquals:{aws:PrincipalAccount:<AccountId>}}';
    const table = 'arn:<Partition>:dynamodb:<Region>:<AccountId>:table/cruddur-messages';
    const { table: actions, index } = anyTableAccess();
    const all = (names: readonly string[]) => names.map((name) => `dynamodb:${name}`).join(' ');
    expect(policy.Statement.map(lineOf)).toEqual([
      `Allow ${all(actions)} on ${table} ${ours}`,
      `Allow ${all(index)} on ${table}/index/inbox ${ours}`,
    ]);
    expect(endpoints[0]?.Properties['RouteTableIds']).toHaveLength(4);
  });
});

it('the role for outside readers reads the table, only from the given addresses, and nothing else', () => {
  const { Policies } = readerRoleTemplate().Resources.Reader.Properties;
  const lines = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(textOf);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(
    'Action:[dynamodb:BatchGetItem,dynamodb:DescribeContinuousBackups,dynamodb:DescribeTable,dynamodb:DescribeTimeToLive,dynamodb:GetItem,dynamodb:Query,dynamodb:Scan]',
  );
  expect(lines[1]).toMatch(/Action:dynamodb:Query,.*index\/inbox/);
  expect(lines[2]).toContain('Action:[kms:Decrypt,kms:DescribeKey],Resource:<KeyArn>');
  for (const line of lines.slice(0, 2))
    expect(line).toContain('Condition:{IpAddress:{aws:SourceIp:<Addresses>}}');
});

it('the role for networks on premises reads the table through its own endpoint alone, which passes nothing else', () => {
  const { Reader, Endpoint, Group } = onPremisesTemplate().Resources;
  const lines = Reader.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(
    textOf,
  );
  expect(lines).toHaveLength(3);
  for (const line of lines.slice(0, 2))
    expect(line).toContain('Condition:{StringEquals:{aws:SourceVpce:<Endpoint>}}');
  expect(lines.join()).not.toMatch(/dynamodb:(?!BatchGet|Describe|Get|Query|Scan)[A-Z]/);
  const passed = textOf(Endpoint.Properties.PolicyDocument);
  expect(passed).not.toMatch(/dynamodb:(?!BatchGet|Describe|Get|Query|Scan)[A-Z]/);
  expect(passed).toContain('aws:PrincipalAccount:<AccountId>');
  expect(Group.Properties.SecurityGroupIngress).toEqual([
    { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: { Ref: 'Network' } },
  ]);
});

it('the role for DAX reads the table and its index, and writes nothing', () => {
  const { Policies, AssumeRolePolicyDocument } = daxRoleTemplate().Resources.Dax.Properties;
  expect(textOf(AssumeRolePolicyDocument)).toContain('Principal:{Service:dax.amazonaws.com}');
  const lines = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(textOf);
  expect(lines).toHaveLength(3);
  expect(lines.join()).not.toMatch(/dynamodb:(?!BatchGet|Describe|Get|Query|Scan)[A-Z]/);
  expect(lines[1]).toMatch(/dynamodb:Query,dynamodb:Scan.*index\/inbox/);
});

describe('the permissions boundary', () => {
  it('is on every role if the environment names one', () => {
    const roles = resourcesOf(
      synthesise({ baseline: true, permissionsBoundary: 'cruddur-boundary' }),
      'AWS::IAM::Role',
    );
    expect(roles.length).toBeGreaterThan(5);
    for (const { Properties } of roles)
      expect(JSON.stringify(Properties['PermissionsBoundary'])).toContain(':policy/cruddur-boundary');
  });

  it('allows each action that a role has, and none that no role has', () => {
    const allowed = new Set(
      Object.values(DEPLOYMENTS)
        .flatMap((values) => statementsOf(synthesise(values)))
        .flatMap(({ allows }) => allows),
    );
    expect([...allowed].sort()).toEqual([...BOUNDARY_ACTIONS].sort());
  });
});
