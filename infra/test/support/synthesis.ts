import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import * as z from 'zod';
import { createApp } from '../../create-app.ts';
import { synthesisFolder } from './synthesis-folder.ts';
import { testSettings, type Values } from './test-settings.ts';

export { EXISTING, STANDBY, testSettings, type Values } from './test-settings.ts';

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The part of a template that tests check. */
const template = z.looseObject({
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Resources: z
    .record(
      z.string(),
      z.looseObject({
        Type: z.string(),
        Properties: z.record(z.string(), z.unknown()).default({}),
        DeletionPolicy: z.string().optional(),
      }),
    )
    .default({}),
  Outputs: z.record(z.string(), z.looseObject({ Export: z.unknown().optional() })).default({}),
});

export type CloudTemplate = z.output<typeof template>;

/** @throws if it is no template; what has no resources, such as a policy, is an empty one. */
export function parseTemplate(value: unknown): CloudTemplate {
  return template.parse(value);
}

export interface Stack {
  /** Its id in the CDK's command line: its name in AWS begins with the prefix. */
  readonly name: string;
  /** The template's path. */
  readonly path: string;
  readonly template: CloudTemplate;
  /** The stacks that are deployed before it, by their ids. */
  readonly after: readonly string[];
}

/** Creates an app with a test's settings. */
export function testApp(values?: Values): App {
  return createApp(testSettings(values), { outdir: mkdtempSync(join(synthesisFolder(), 'app-')) });
}

/**
 * Returns the stacks of the deployment with these settings: the first test of a run that needs them synthesises them, and
 * others read its files, which no test may change.
 * @throws if the rules of AWS Solutions find anything.
 */
export function synthesise(values?: Values): Stack[] {
  return new CloudAssembly(synthesised(values)).stacks.map((stack) => ({
    name: stack.id,
    path: stack.templateFullPath,
    template: template.parse(stack.template),
    after: stack.dependencies.map(({ id }) => id),
  }));
}

/**
 * Returns the folder of the synthesised deployment. Two workers may synthesise the same one at the same time: a folder gets
 * its name when it is complete, and the second one's is not needed.
 */
function synthesised(values?: Values): string {
  const key = createHash('sha256')
    .update(JSON.stringify(testSettings(values)))
    .digest('hex');
  const folder = join(synthesisFolder(), key);
  if (existsSync(folder)) return folder;
  const { directory } = testApp(values).synth();
  try {
    renameSync(directory, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
  return folder;
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
