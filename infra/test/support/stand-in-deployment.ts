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

/** The account id of the stand-in. */
const ACCOUNT = '123456789012';
/** The bucket in which the CDK's bootstrap keeps the assets of templates. */
const ASSETS = `cdk-hnb659fds-assets-${ACCOUNT}-${STAND_IN_REGION}`;

export interface Deployment {
  /** Types of resources that the stand-in cannot create, by stack. */
  readonly leftOut: Readonly<Record<string, readonly string[]>>;
  /** Deploys a template as it is. */
  create(stack: string, template: object, values?: Readonly<Record<string, string>>): Promise<void>;
  /** The status of a stack in CloudFormation. */
  status(stack: string): Promise<string | undefined>;
  /** The physical id of a resource, by its type. */
  physicalIds(stack: string, type: string): Promise<string[]>;
}

/** Deploys the stacks, one after the other, with the resources that the stand-in can create. */
export async function deploy({ endpoint }: StandIn, stacks: readonly Stack[]): Promise<Deployment> {
  const client = new CloudFormationClient({
    endpoint,
    region: STAND_IN_REGION,
    credentials: STAND_IN_CREDENTIALS,
    // A second attempt would only find the stack that the first one created in part.
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
  const types = await standInTypes();
  const leftOut: Record<string, readonly string[]> = {};
  for (const { name, template } of stacks) {
    const part = deployablePart(template, types);
    leftOut[name] = part.leftOut;
    await create(name, part.template);
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

/** Stores an object at the place of each function's bundle: no function runs here. */
async function uploadBundles(endpoint: string, stacks: readonly Stack[]): Promise<void> {
  const keys = resourcesOf(stacks, 'AWS::Lambda::Function').map(
    ({ Properties }) => code.parse(Properties['Code']).S3Key,
  );
  await store(`${endpoint}/${ASSETS}`);
  for (const key of keys) await store(`${endpoint}/${ASSETS}/${key}`, 'a bundle');
}

/** Creates a bucket, or an object if there is content for it. */
async function store(url: string, body?: string): Promise<void> {
  const { ok, status } = await fetch(url, { method: 'PUT', ...(body !== undefined && { body }) });
  if (!ok) throw new Error(`the stand-in did not store ${url}: ${status}`);
}

/** Creates a certificate, because a load balancer accepts only one that exists. */
export async function requestCertificate({ endpoint }: StandIn): Promise<string> {
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
