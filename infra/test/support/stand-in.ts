import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import getPort from 'get-port';
import * as z from 'zod';
import { eventually } from '../../../test/support/eventually.ts';
import { pythonProgram } from './python.ts';
import type { CloudTemplate } from './synthesis.ts';

/** The SDK's settings for the stand-in, which checks none of them. */
export const STAND_IN_REGION = 'us-east-1';
export const STAND_IN_CREDENTIALS = {
  accessKeyId: 'testing',
  secretAccessKey: 'testing',
  sessionToken: 'testing',
};

export interface StandIn {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts moto's server, which replaces AWS in tests, and waits until it responds. */
export async function startStandIn(): Promise<StandIn> {
  const port = await getPort();
  const program = pythonProgram('moto_server');
  if (program === undefined) throw new Error('the stand-in is not installed');
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  try {
    await eventually(async () => (await fetch(`${endpoint}/moto-api/data.json`)).ok, { within: 60_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

const LIST_TYPES =
  'import json, moto.backends as b, moto.cloudformation.parsing as p; print(json.dumps(sorted(p.get_model_map())))';

/** Lists the types of resources that the stand-in can create from a template. */
export async function standInTypes(): Promise<ReadonlySet<string>> {
  const { stdout } = await promisify(execFile)(pythonProgram('python') ?? '', ['-c', LIST_TYPES]);
  return new Set(z.array(z.string()).parse(JSON.parse(stdout)));
}

/** A template with the resources that the stand-in can create, and the types of the others. */
export interface DeployablePart {
  readonly template: CloudTemplate;
  readonly leftOut: readonly string[];
}

/**
 * Removes the resources that the stand-in does not support or that only the CDK's bootstrap has. A reference to a removed
 * resource becomes an ARN with the resource's name.
 */
export function deployablePart(template: CloudTemplate, types: ReadonlySet<string>): DeployablePart {
  const { Resources, Parameters } = template;
  const entries = Object.entries(Resources).map(([name, one]) => [name, inOneRegion(one)] as const);
  const kept = entries.filter(([, { Type }]) => types.has(Type));
  const missing = new Set(entries.filter(([, { Type }]) => !types.has(Type)).map(([name]) => name));
  const part = replaceReferences(
    {
      ...without(template, ['Rules']),
      Resources: Object.fromEntries(kept.map(([name, one]) => [name, withoutDependence(one, missing)])),
    },
    missing,
  );
  return {
    template: { ...(part as CloudTemplate), Parameters: without(Parameters, ['BootstrapVersion']) },
    leftOut: [...new Set([...missing].map((name) => Resources[name]?.Type ?? ''))].sort(),
  };
}

const replicas = z.tuple([z.record(z.string(), z.unknown())], z.unknown());

/** Makes a global table in one region a table, which is the same in DynamoDB: the stand-in supports no other type. */
function inOneRegion(resource: CloudTemplate['Resources'][string]): CloudTemplate['Resources'][string] {
  if (resource.Type !== 'AWS::DynamoDB::GlobalTable') return resource;
  const { Properties } = resource;
  const [here] = replicas.parse(Properties['Replicas']);
  const ofRegions = ['Replicas', 'WriteOnDemandThroughputSettings'];
  return {
    ...resource,
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      ...without(Properties, ofRegions),
      GlobalSecondaryIndexes: z
        .array(z.record(z.string(), z.unknown()))
        .parse(Properties['GlobalSecondaryIndexes'])
        .map((index) => without(index, ofRegions)),
      DeletionProtectionEnabled: here['DeletionProtectionEnabled'],
    },
  };
}

/** Returns a record without some of its entries. */
export function without(
  record: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** Types whose tags the stand-in expects in another form than CloudFormation. */
const OTHER_TAGS = new Set(['AWS::KMS::Key', 'AWS::SSM::Parameter']);

/** Removes what the stand-in does not accept: dependences on missing resources, and some tags. */
function withoutDependence(resource: CloudTemplate['Resources'][string], missing: ReadonlySet<string>) {
  const { DependsOn, Properties } = resource;
  const names = z.array(z.string()).default([]).parse(DependsOn);
  return {
    ...resource,
    Properties: OTHER_TAGS.has(resource.Type) ? without(Properties, ['Tags']) : Properties,
    DependsOn: names.filter((name) => !missing.has(name)),
  };
}

const reference = z.strictObject({ Ref: z.string() });
const attribute = z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });

/** Attributes that the stand-in's resources do not have; dashboards use them. */
const UNKNOWN_ATTRIBUTES = new Set(['TargetGroupFullName', 'LoadBalancerFullName']);

/** Replaces references to missing resources in a value with a text. */
function replaceReferences(value: unknown, missing: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((part) => replaceReferences(part, missing));
  if (typeof value !== 'object' || value === null) return value;
  const [of, part] = attribute.safeParse(value).data?.['Fn::GetAtt'] ?? [];
  const name = reference.safeParse(value).data?.Ref ?? of;
  if (name !== undefined && (missing.has(name) || UNKNOWN_ATTRIBUTES.has(part ?? ''))) {
    return `arn:aws:leftout:::${name}`;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, replaceReferences(inner, missing)]),
  );
}
