import type { oas31 } from 'zod-openapi';

/*
 * Generates the run-time checks of events from the OpenAPI document, as code for the client's own checks: an attribute that the API adds
 * is checked after `npm run openapi`.
 *
 * Types are checked, and which attributes are required. Bounds are not, and attributes that the document does not list
 * pass unchanged: a later version of the API may widen the ones and add the others.
 */

type Schema = oas31.SchemaObject | oas31.ReferenceObject;

/** Keywords that change what a value may be, and for which no check is written here. */
const UNSUPPORTED = ['allOf', 'not', 'prefixItems', 'if'] as const;

/**
 * Returns the source of a module that exports a check for each of these schemas, by its name in lower camel case.
 * @throws Error for a schema that cannot be checked: it refers to itself, or has a keyword that is not supported.
 */
export function eventChecks(document: oas31.OpenAPIObject, names: readonly string[]): string {
  const schemas = document.components?.schemas ?? {};
  const checks = new Map<string, string>();
  /** Adds a schema after those that it refers to: a constant is declared before its first use. */
  const declare = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`the schema refers to itself: ${[...path, name].join(' > ')}`);
    const schema = schemas[name];
    if (!schema) throw new Error(`the document has no schema ${name}`);
    for (const other of referencesIn(schema)) declare(other, [...path, name]);
    checks.set(name, checkOf(schema, { schemas, path: name }));
  };
  for (const name of names) declare(name, []);
  const constants = [...checks].map(
    ([name, check]) => `${names.includes(name) ? 'export ' : ''}const ${constantOf(name)} = ${check};`,
  );
  return ["import * as is from '../checks.ts';", ...constants].join('\n\n');
}

/** The document's schemas, and where in it a schema is: for error messages. */
interface Context {
  readonly schemas: Readonly<Record<string, Schema | undefined>>;
  readonly path: string;
}

function checkOf(schema: Schema, context: Context): string {
  const unsupported = UNSUPPORTED.find((keyword) => keyword in schema);
  if (unsupported) throw new Error(`${context.path} has ${unsupported}, which cannot be checked`);
  if (isReference(schema)) return constantOf(nameIn(schema.$ref));
  if (schema.const !== undefined) return `is.literals(${JSON.stringify(schema.const)})`;
  if (schema.enum) return `is.literals(${schema.enum.map((value) => JSON.stringify(value)).join(', ')})`;
  if (schema.discriminator) {
    const checks = (schema.oneOf ?? []).map((alternative) => checkOf(alternative, context));
    return `is.union(${checks.join(', ')})`;
  }
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return unionOf(alternatives, context);
  if (Array.isArray(schema.type))
    return unionOf(
      schema.type.map((type) => ({ ...schema, type })),
      context,
    );
  return checkOfType(schema, context);
}

function unionOf(alternatives: readonly Schema[], context: Context): string {
  const others = alternatives.filter((other) => !isNull(other)).map((other) => checkOf(other, context));
  const union = others.length === 1 ? others.join('') : `is.union(${others.join(', ')})`;
  return others.length < alternatives.length ? `is.nullable(${union})` : union;
}

function checkOfType(schema: oas31.SchemaObject, context: Context): string {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return `is.${schema.type}()`;
    case 'null':
      return 'is.literals(null)';
    case 'integer':
      return 'is.int()';
    case 'array':
      return `is.array(${checkOf(schema.items ?? {}, { ...context, path: `${context.path}[]` })})`;
    case 'object':
      return schema.properties ? objectOf(schema, context) : recordOf(schema, context);
    case undefined:
      return 'is.unknown()';
    default:
      throw new Error(`${context.path} has a type that cannot be checked`);
  }
}

function objectOf({ properties = {}, required = [] }: oas31.SchemaObject, context: Context): string {
  const attributes = Object.entries(properties).map(([name, property]) => {
    const check = attributeOf(property, { ...context, path: `${context.path}.${name}` });
    return `${JSON.stringify(name)}: ${required.includes(name) ? check : `is.optional(${check})`}`;
  });
  return `is.object({ ${attributes.join(', ')} })`;
}

/** A later version of the API may add an alternative to an attribute: here, such a value is undefined. */
function attributeOf(schema: Schema, context: Context): string {
  const check = checkOf(schema, context);
  const target = isReference(schema) ? context.schemas[nameIn(schema.$ref)] : schema;
  return target && 'discriminator' in target ? `is.known(${check})` : check;
}

function recordOf({ additionalProperties }: oas31.SchemaObject, context: Context): string {
  if (typeof additionalProperties !== 'object') return 'is.object({})';
  return `is.record(${checkOf(additionalProperties, { ...context, path: `${context.path}{}` })})`;
}

function isReference(schema: Schema): schema is oas31.ReferenceObject {
  return '$ref' in schema;
}

function isNull(schema: Schema): boolean {
  return !isReference(schema) && schema.type === 'null';
}

/** The schemas that a part of the document refers to. */
function referencesIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = '$ref' in part && typeof part.$ref === 'string' ? [nameIn(part.$ref)] : [];
  return [...own, ...Object.values(part).flatMap(referencesIn)];
}

function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function constantOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
