import type { oas31 } from 'zod-openapi';

/** Values that exist, by the names of parameters and body fields. */
export type Known = Readonly<Record<string, readonly (string | number)[]>>;

/** Values that exist: for all operations, and others for some, by `operationId`. */
export interface KnownValues {
  readonly everywhere: Known;
  readonly of: Readonly<Record<string, Known>>;
}

/** A user who takes another user's handle gets 409: the caller must get new handles. */
const OWN_VALUES = ['saveProfile'];

/** Returns the document with only existing values allowed in such fields. */
export function withKnownValues(document: oas31.OpenAPIObject, known: KnownValues): oas31.OpenAPIObject {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths ?? {})) {
    for (const operation of [item.get, item.put, item.post, item.patch, item.delete]) {
      const { operationId = '' } = operation ?? {};
      if (operation && !OWN_VALUES.includes(operationId))
        narrow(operation, { ...known.everywhere, ...known.of[operationId] });
    }
  }
  return copy;
}

function narrow(operation: oas31.OperationObject, known: Known): void {
  for (const parameter of operation.parameters ?? []) {
    if ('name' in parameter) narrowField(parameter.schema, known[parameter.name]);
  }
  const { requestBody } = operation;
  if (requestBody === undefined || !('content' in requestBody)) return;
  const { schema } = requestBody.content['application/json'] ?? {};
  if (schema === undefined || !('properties' in schema)) return;
  for (const [name, field] of Object.entries(schema.properties ?? {})) narrowField(field, known[name]);
}

/** Narrows the items of an array in place. */
function narrowField(
  field: oas31.SchemaObject | oas31.ReferenceObject | undefined,
  values?: readonly (string | number)[],
): void {
  if (field === undefined || values === undefined || '$ref' in field) return;
  if ('items' in field) narrowField(field.items, values);
  else Object.assign(field, { enum: values, pattern: undefined });
}
