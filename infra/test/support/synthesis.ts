import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { createApp } from '../../create-app.ts';
import { readSettings, type Settings } from '../../settings.ts';

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The part of a template that tests check. */
const template = z.looseObject({
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

export type CloudTemplate = z.output<typeof template>;

export interface Stack {
  /** Its id in the CDK's command line: its name in AWS begins with the prefix. */
  readonly name: string;
  /** The template's path. */
  readonly path: string;
  readonly template: CloudTemplate;
}

const made: string[] = [];

/** Removes the files that the tests synthesised, after all tests of a file. */
export function useSynthesis(): void {
  afterAll(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
}

/** Settings of a file, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** The file of a standard environment whose image does not have to be built. */
const TEST_FILE: Values = {
  account: '123456789012',
  region: 'us-east-1',
  prefix: 'cruddur',
  domain: 'chat.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
  alarmEmail: 'operators@example.com',
  size: 'standard',
  image: 'registry.example/cruddur-messaging:1',
};

/** Settings of an environment with a region in reserve, with AWS's key of the table. */
export const STANDBY: Values = {
  standbyRegion: 'eu-central-1',
  userPoolKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/mrk-11111111222233334444555555555555',
  signIn: {
    domain: 'login.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/22222222-2222-3333-4444-555555555555',
    healthCheckId: '33333333-2222-3333-4444-555555555555',
  },
};

/** Settings of an environment on a table that another stack, or a restore, created. */
export const EXISTING: Values = {
  table: 'existing',
  tableStreamArn:
    'arn:aws:dynamodb:us-east-1:123456789012:table/cruddur-messages/stream/2026-01-01T00:00:00.000',
  tableKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/99999999-2222-3333-4444-555555555555',
};

/** The settings of a test's environment: these values, and otherwise those of a standard one. */
export function testSettings(values: Values = {}): Settings {
  return readSettings('test', { ...TEST_FILE, ...values });
}

export function testApp(values?: Values): App {
  const outdir = mkdtempSync(join(tmpdir(), 'cruddur-infra-'));
  made.push(outdir);
  return createApp(testSettings(values), { outdir });
}

/**
 * Synthesises the stacks of the deployment with these settings.
 * @throws if the rules of AWS Solutions find anything.
 */
export function synthesise(values?: Values): Stack[] {
  return testApp(values)
    .synth()
    .stacks.map((stack) => ({
      name: stack.id,
      path: stack.templateFullPath,
      template: template.parse(stack.template),
    }));
}

/** Returns all resources of a type. */
export function resourcesOf(stacks: readonly Stack[], type: string): Resource[] {
  return stacks.flatMap((stack) =>
    Object.values(stack.template.Resources).filter((resource) => resource.Type === type),
  );
}

/** Returns the only resource of a type in a deployment. */
export function onlyResource(stacks: readonly Stack[], type: string): Resource {
  const [resource, ...others] = resourcesOf(stacks, type);
  if (!resource || others.length > 0) throw new Error(`there are ${others.length + 1} of ${type}, not one`);
  return resource;
}
