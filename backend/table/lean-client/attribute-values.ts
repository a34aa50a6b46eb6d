import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { convertToAttr, convertToNative } from '@aws-sdk/util-dynamodb';
import { fromBase64, toBase64 } from '@smithy/core/serde';

/*
 * Plain values as DynamoDB's JSON, and back: the same as lib-dynamodb with its defaults and the SDK's serializer make of
 * them, in one pass. Whatever is unusual (sets, big numbers, instances, what cannot be stored) is left to the SDK's own
 * functions, so its result and its error are theirs.
 */

/** An attribute value in DynamoDB's JSON, where bytes are base64. */
export type WireValue = Readonly<Record<string, unknown>>;

/** Attribute values by name, as parsed. */
type WireMap = Readonly<Record<string, unknown>>;

/** Converts an item, a key, or a map of expression values. Members that are undefined or functions are left out. */
export function toWireItem(item: Readonly<Record<string, unknown>>): Record<string, WireValue> {
  const wire: Record<string, WireValue> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined && typeof value !== 'function') wire[name] = toWire(value);
  }
  return wire;
}

/** @throws Error, the SDK's own, for a value that cannot be stored. */
export function toWire(value: unknown): WireValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return { N: String(value) };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.filter(isStorable).map(toWire) };
  if (value instanceof Uint8Array) return { B: toBase64(value) };
  if (typeof value === 'object' && value.constructor === Object) return { M: toWireMap(value) };
  return wireOf(convertToAttr(value));
}

/** Within an item, undefined is an error, unlike at its top. */
function toWireMap(map: object): Record<string, WireValue> {
  const wire: Record<string, WireValue> = {};
  for (const [name, value] of Object.entries(map) as [string, unknown][]) {
    if (isStorable(value)) wire[name] = toWire(value);
  }
  return wire;
}

/** Functions are left out everywhere. */
function isStorable(value: unknown): boolean {
  return typeof value !== 'function';
}

/** Writes the bytes of an SDK's attribute value as base64. */
function wireOf(attribute: AttributeValue): WireValue {
  if (attribute.B !== undefined) return { B: toBase64(attribute.B) };
  if (attribute.BS !== undefined) return { BS: attribute.BS.map(toBase64) };
  if (attribute.L !== undefined) return { L: attribute.L.map(wireOf) };
  if (attribute.M === undefined) return { ...attribute };
  return { M: Object.fromEntries(Object.entries(attribute.M).map(([name, value]) => [name, wireOf(value)])) };
}

/** The names of the attributes of the item that was read last, sorted. */
let lastNames: readonly string[] = [];

/**
 * Converts an item, its attributes in the order of their names. DynamoDB documents no order, and the embedded engine writes each
 * item's in another one. V8 treats objects whose members came in another order as objects of another kind, and code that meets
 * many kinds is slow: it took a third of the CPU time of a page of the inbox.
 */
export function fromWireItem(wire: WireMap): Record<string, unknown> {
  try {
    return fromWireMap(wire, namesOf(wire));
  } catch {
    // The SDK's error is about the first value in the response that cannot be read.
    return fromWireMap(wire);
  }
}

/** Items that follow each other mostly have the same attributes: their names are sorted once. */
function namesOf(wire: WireMap): readonly string[] {
  const names = Object.keys(wire);
  const areSame = names.length === lastNames.length && lastNames.every((name) => Object.hasOwn(wire, name));
  if (!areSame) lastNames = names.sort();
  return lastNames;
}

function fromWireMap(wire: WireMap, names: readonly string[] = Object.keys(wire)): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const name of names) map[name] = fromWire(wire[name] as WireValue);
  return map;
}

/** @throws Error, the SDK's own, for what is no attribute value. */
export function fromWire(wire: WireValue): unknown {
  // By far the most frequent type.
  if (wire['S'] !== undefined) return wire['S'];
  const { N, B, L, M, BS } = wire;
  if (typeof N === 'string') {
    const value = Number(N);
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  } else if (M !== undefined) return fromWireMap(M as WireMap);
  else if (L !== undefined) return (L as WireValue[]).map(fromWire);
  else if (B !== undefined) return fromBase64(B as string);
  else if (BS !== undefined) return new Set((BS as string[]).map(fromBase64));
  return convertToNative(wire as unknown as AttributeValue);
}
