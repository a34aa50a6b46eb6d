import type { NormalizedSchema } from '@smithy/core/schema';
import { generateIdempotencyToken } from '@smithy/core/serde';

/*
 * What has to be done to an input or an output of an operation, found out once from the SDK's schema of it. The result has
 * the members of the schema, in its order, and no others: the same as the SDK writes and reads.
 */

/** Converts a value that is neither undefined nor null. */
export type Plan = (value: unknown) => unknown;

/** What becomes of an attribute value, and of a map of them. */
export interface Leaves {
  readonly value: Plan;
  readonly item: Plan;
}

const ATTRIBUTE_VALUE = 'com.amazonaws.dynamodb#AttributeValue';

/**
 * Makes the plan of a schema; undefined if its values go as they are.
 * @throws TypeError for a kind of value that no command on items has.
 */
export function planOf(schema: NormalizedSchema, leaves: Leaves): Plan | undefined {
  if (isAttributeValue(schema)) return leaves.value;
  if (schema.isStructSchema()) return planOfStructure(schema, leaves);
  if (schema.isMapSchema() && isAttributeValue(schema.getValueSchema())) return leaves.item;
  if (schema.isListSchema() || schema.isMapSchema()) {
    const plan = planOf(schema.getValueSchema(), leaves);
    return plan && (schema.isListSchema() ? eachOfList(plan) : eachOfMap(plan));
  }
  if (schema.isNumericSchema()) return numberAsSent;
  if (schema.isStringSchema() || schema.isBooleanSchema()) return undefined;
  throw new TypeError(
    `${schema.getName(true) ?? 'a schema'} has a kind of value that no command on items has`,
  );
}

function isAttributeValue(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() && schema.getName(true) === ATTRIBUTE_VALUE;
}

interface Member {
  readonly name: string;
  readonly plan: Plan | undefined;
  /** Whether it is a token that makes attempts of one request recognisable, and is made up if it is absent. */
  readonly isToken: boolean;
}

function planOfStructure(schema: NormalizedSchema, leaves: Leaves): Plan {
  const members: Member[] = [];
  for (const [name, member] of schema.structIterator()) {
    members.push({ name, plan: planOf(member, leaves), isToken: member.isIdempotencyToken() });
  }
  return (value) => {
    const from = value as Readonly<Record<string, unknown>>;
    const made: Record<string, unknown> = {};
    for (const { name, plan, isToken } of members) {
      const member = from[name];
      if (member !== undefined && member !== null) made[name] = plan ? plan(member) : member;
      else if (isToken) made[name] = generateIdempotencyToken();
    }
    return made;
  };
}

function eachOfList(plan: Plan): Plan {
  return (list) => (list as unknown[]).filter((value) => value !== undefined && value !== null).map(plan);
}

function eachOfMap(plan: Plan): Plan {
  return (map) => {
    const made: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(map as object)) {
      if (value !== undefined && value !== null) made[name] = plan(value);
    }
    return made;
  };
}

/** JSON has no such numbers, and its null would mean that the member is absent: `Limit: NaN` must not be no limit. */
function numberAsSent(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
