import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { TEMPLATES } from '../templates.ts';
import { plainPolicies } from './support/plain-policies.ts';
import { pythonProgram } from './support/python.ts';
import { parseTemplate, synthesise } from './support/synthesis.ts';
import { synthesiseAllPairs } from './support/variants.ts';

const python = pythonProgram('python');
/** Without Python the suite has said so. */
const itValidates = python === undefined ? it.skip : it;

const findings = z.array(z.array(z.object({ issue: z.string(), detail: z.string() })));

/** What parliament reports although AWS documents it, or demands it. */
const DOCUMENTED: readonly { readonly issue: string; readonly detail: RegExp; readonly page: string }[] = [
  {
    // A key of every request that a function makes, whatever its service.
    issue: 'UNKNOWN_CONDITION_FOR_ACTION',
    detail: /^"Unknown condition lambda:SourceFunctionArn for action (dynamodb|ec2):\w+"$/,
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html',
  },
  {
    // AWS's own policy for a function in a network has them on all resources.
    issue: 'RESOURCE_STAR',
    detail: /^\["ec2:(Assign|Unassign)PrivateIpAddresses"(, "ec2:\w+NetworkInterface")*.*\]$/,
    page: 'https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html',
  },
  {
    // AWS's own example of a policy for a function that follows a stream names the streams of its table.
    issue: 'RESOURCE_MISMATCH',
    detail: /^\[\{"action": "dynamodb:ListStreams", "required_format": "\*"\}\]$/,
    page: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html',
  },
  {
    // A boundary gives nothing: it limits what roles have, whatever the resource.
    issue: 'RESOURCE_STAR',
    detail: /"backup:CopyIntoBackupVault", .*"sqs:SendMessage"/,
    page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html',
  },
];

/** What parliament finds in policies, without what AWS documents otherwise. */
function validate(policies: readonly string[]): string[] {
  const { stdout, stderr } = spawnSync(python ?? '', ['infra/test/support/check-policies.py'], {
    input: JSON.stringify(policies),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  const found = findings
    .parse(JSON.parse(stdout))
    .flat()
    .filter((one) => !DOCUMENTED.some(({ issue, detail }) => issue === one.issue && detail.test(one.detail)))
    .map(({ issue, detail }) => `${issue}: ${detail}`);
  return [...new Set(found)];
}

itValidates(
  'each policy has actions, resources and conditions that go together, in all pairs of settings',
  () => {
    const policies = plainPolicies(synthesiseAllPairs().flatMap(({ stacks }) => stacks));
    expect(policies.length).toBeGreaterThan(20);
    expect(validate(policies)).toEqual([]);
  },
);

itValidates('and so does each policy of the templates that are used without the CDK', () => {
  const templates = TEMPLATES.map(({ text }) => parseTemplate(JSON.parse(text)));
  const policies = plainPolicies(templates.map((template) => ({ template })));
  expect(policies).toHaveLength(4);
  expect(validate(policies)).toEqual([]);
});

describe('an error is found', () => {
  const [policy = ''] = plainPolicies(synthesise()).filter((text) =>
    text.includes('dynamodb:ConditionCheckItem'),
  );

  itValidates.each([
    [
      'an action that does not exist',
      /"dynamodb:ConditionCheckItem"/,
      '"dynamodb:CheckItem"',
      'UNKNOWN_ACTION',
    ],
    [
      'a resource of another kind',
      /table\/cruddur-messages"/,
      'stream/cruddur-messages"',
      'RESOURCE_MISMATCH',
    ],
    ['a resource that is no ARN', /"arn:aws:dynamodb[^"]*"/, '"cruddur-messages"', 'INVALID_ARN'],
    ['a condition that the action has not', /"aws:SourceVpce"/, '"sqs:SourceVpce"', 'UNKNOWN_CONDITION'],
  ])('%s', (_what, from, to, issue) => {
    const broken = policy.replace(from, to);
    expect(broken).not.toBe(policy);
    expect(validate([broken]).join('\n')).toContain(issue);
  });
});
