import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../../schema/keys.ts';

/** An attribute that differs from the log. The attribute `item` says whether the item exists at all. */
export interface Difference {
  readonly attribute: string;
  readonly stored: unknown;
  readonly expected: unknown;
}

/** An item that differs, as it was just read. */
export interface Found {
  readonly differences: readonly Difference[];
  /** Writes what the log says. False: the item changed meanwhile, and nothing was written. */
  repair(): Promise<boolean>;
}

/** Reads an item, then what the log says of it, both strongly. Returns undefined if they agree. */
export type Look = () => Promise<Found | undefined>;

/** Reports or repairs what a look at the item of a key finds. */
export type Settling = (key: Key, look: Look) => Promise<void>;

/** What differs between two sets of attributes; undefined where nothing does. */
export function found(stored: object, expected: object, repair: Found['repair']): Found | undefined {
  const before: ReadonlyMap<string, unknown> = new Map(Object.entries(stored));
  const after: ReadonlyMap<string, unknown> = new Map(Object.entries(expected));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const differences = names
    .filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)))
    .map((attribute) => ({ attribute, stored: before.get(attribute), expected: after.get(attribute) }));
  return differences.length === 0 ? undefined : { differences, repair };
}
