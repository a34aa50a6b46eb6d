import * as z from 'zod';
import type { CloudTemplate, Stack } from '../support/synthesis.ts';
import type { Deployment } from '../support/variants.ts';

/*
 * The frame of the checker: what the stand-in for AWS cannot deploy is checked against rules that say what AWS would do.
 * A rule is an entry in a list of rules/; checker.suite.ts applies all of them to all pairs of settings.
 */

/** A sentence about every deployment, how to find what breaks it, and how it was broken: the rule must notice that. */
export interface Rule {
  /** The title of the rule's test. */
  readonly sentence: string;
  /** Describes each violation in a deployment. */
  readonly violations: (deployment: Deployment) => readonly string[];
  /** Breaks the rule in a copy of a deployment of size standard with everything switched on. */
  readonly break: (deployment: Deployment) => void;
}

/** A resource with its place, for a description. */
export interface Found {
  readonly stack: Stack;
  readonly id: string;
  readonly resource: CloudTemplate['Resources'][string];
  readonly properties: Record<string, unknown>;
}

/** Finds all resources of some types, or all. */
export function find({ stacks }: Deployment, ...types: readonly string[]): Found[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources)
      .filter(([, { Type }]) => types.length === 0 || types.includes(Type))
      .map(([id, resource]) => ({ stack, id, resource, properties: resource.Properties })),
  );
}

/** Describes the resources that do not fulfil a condition. */
export function except(found: readonly Found[], fulfils: (found: Found) => boolean): string[] {
  return found
    .filter((one) => !fulfils(one))
    .map(({ stack, id, resource }) => `${stack.name}.${id} (${resource.Type})`);
}

/** Returns a part of a value by a path of keys, or undefined. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      z.record(z.string(), z.unknown()).or(z.array(z.unknown())).safeParse(inner).data?.[key as never],
    value,
  );
}

/** Returns a value's elements; none, if it is no list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a value in a template, to search for names in it. */
export function text(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** Changes the properties of the first resource of a type. */
export function change(
  deployment: Deployment,
  type: string,
  edit: (properties: Record<string, unknown>, resource: Found['resource']) => void,
): void {
  const [first] = find(deployment, type);
  if (!first) throw new Error(`no ${type} to break`);
  edit(first.properties, first.resource);
}

/** Removes the resources that match. */
export function remove({ stacks }: Deployment, matches: (resource: Found['resource']) => boolean): void {
  for (const { template } of stacks) {
    const kept = Object.entries(template.Resources).filter(([, resource]) => !matches(resource));
    template.Resources = Object.fromEntries(kept);
  }
}
