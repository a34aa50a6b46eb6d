import * as z from 'zod';

const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** A synthesised template, as far as its costs need it. */
export type Template = z.output<typeof template>;

/** @throws if it is no template. */
export const parseTemplate = (value: unknown): Template => template.parse(value);

/** A resource of a template. */
export interface Found {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** All resources of the templates. */
export function find(templates: readonly Template[]): Found[] {
  return templates.flatMap(({ Resources }) =>
    Object.values(Resources).map(({ Type, Properties }) => ({ type: Type, properties: Properties })),
  );
}

/** The elements of a property; none, if it is no list. */
export function listIn(properties: Found['properties'], name: string): readonly unknown[] {
  const value = properties[name];
  return Array.isArray(value) ? value : [];
}

/** @throws if the property is no number. */
export function numberIn(properties: Found['properties'], name: string): number {
  return z.coerce.number().parse(properties[name]);
}
