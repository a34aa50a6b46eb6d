import type { oas31 } from 'zod-openapi';

/** Values that exist, by the names of parameters and body fields. */
export type Known = Readonly<Record<string, readonly (string | number)[]>>;

/** Who takes somebody's handle has a 409 for it: the caller is to get new ones. */
const OWN_VALUES = ['saveProfile'];

/** The document, in which such fields may have only values that exist. */
export function withKnownValues(document: oas31.OpenAPIObject, known: Known): oas31.OpenAPIObject {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths ?? {})) {
    for (const operation of [item.get, item.put, item.post, item.patch, item.delete]) {
      if (operation && !OWN_VALUES.includes(operation.operationId ?? '')) narrow(operation, known);
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

/** An array's items are narrowed in its place. */
function narrowField(
  field: oas31.SchemaObject | oas31.ReferenceObject | undefined,
  values?: readonly (string | number)[],
): void {
  if (field === undefined || values === undefined || '$ref' in field) return;
  if ('items' in field) narrowField(field.items, values);
  else Object.assign(field, { enum: values, pattern: undefined });
}
