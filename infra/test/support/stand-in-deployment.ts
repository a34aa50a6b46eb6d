import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import {
  deployablePart,
  STAND_IN_CREDENTIALS,
  STAND_IN_REGION,
  type StandIn,
  standInTypes,
} from './stand-in.ts';
import { resourcesOf, type Stack } from './synthesis.ts';

/** The account that the stand-in says it is. */
const ACCOUNT = '123456789012';
/** Where the CDK's bootstrap keeps what templates refer to. */
const ASSETS = `cdk-hnb659fds-assets-${ACCOUNT}-${STAND_IN_REGION}`;

export interface Deployment {
  /** Types of resources that the stand-in cannot make, by stack. */
  readonly leftOut: Readonly<Record<string, readonly string[]>>;
  /** Deploys a template as it is. */
  create(stack: string, template: object, values?: Readonly<Record<string, string>>): Promise<void>;
  /** CloudFormation's word on a stack. */
  status(stack: string): Promise<string | undefined>;
  /** What a resource was made as, by its type. */
  physicalIds(stack: string, type: string): Promise<string[]>;
}

/** Deploys the stacks, one after the other, with what the stand-in can make of each. */
export async function deploy({ endpoint }: StandIn, stacks: readonly Stack[]): Promise<Deployment> {
  const client = new CloudFormationClient({
    endpoint,
    region: STAND_IN_REGION,
    credentials: STAND_IN_CREDENTIALS,
    // A stack that was half made would only be there already.
    maxAttempts: 1,
  });
  const create: Deployment['create'] = async (StackName, template, values = {}) => {
    await client.send(
      new CreateStackCommand({
        StackName,
        TemplateBody: JSON.stringify(template),
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      }),
    );
  };
  await uploadBundles(endpoint, stacks);
  const values = {
    Domain: 'chat.example.com',
    CertificateArn: await requestCertificate(endpoint),
    AlarmEmail: 'operators@example.com',
  };
  const types = await standInTypes();
  const leftOut: Record<string, readonly string[]> = {};
  for (const { name, template } of stacks) {
    const part = deployablePart(template, types);
    leftOut[name] = part.leftOut;
    const parameters = Object.entries(values).filter(([key]) => key in part.template.Parameters);
    await create(name, part.template, Object.fromEntries(parameters));
  }
  return {
    leftOut,
    create,
    status: async (StackName) => {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
      return Stacks?.[0]?.StackStatus;
    },
    physicalIds: async (StackName, type) => {
      const { StackResourceSummaries = [] } = await client.send(new ListStackResourcesCommand({ StackName }));
      return StackResourceSummaries.filter(({ ResourceType }) => ResourceType === type).map(
        ({ PhysicalResourceId }) => PhysicalResourceId ?? '',
      );
    },
  };
}

const code = z.object({ S3Key: z.string() });

/** Puts something where each function's bundle is to be: nothing here runs it. */
async function uploadBundles(endpoint: string, stacks: readonly Stack[]): Promise<void> {
  const keys = resourcesOf(stacks, 'AWS::Lambda::Function').map(
    ({ Properties }) => code.parse(Properties['Code']).S3Key,
  );
  await store(`${endpoint}/${ASSETS}`);
  for (const key of keys) await store(`${endpoint}/${ASSETS}/${key}`, 'a bundle');
}

/** Makes a bucket, or an object where there is something to put into it. */
async function store(url: string, body?: string): Promise<void> {
  const { ok, status } = await fetch(url, { method: 'PUT', ...(body !== undefined && { body }) });
  if (!ok) throw new Error(`the stand-in did not store ${url}: ${status}`);
}

/** A load balancer takes a certificate that is there alone. */
async function requestCertificate(endpoint: string): Promise<string> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'CertificateManager.RequestCertificate',
      Authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/${STAND_IN_REGION}/acm/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({ DomainName: 'chat.example.com', ValidationMethod: 'DNS' }),
  });
  return z.object({ CertificateArn: z.string() }).parse(await answer.json()).CertificateArn;
}
