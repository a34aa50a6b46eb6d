import type { Key } from '../../schema/keys.ts';

/** An attribute that is not what the log says. `item`: whether there is such an item at all. */
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

/** Reads an item, then what the log says of it, both strongly. Undefined where they agree. */
export type Look = () => Promise<Found | undefined>;

/** Settles a look at the item of a key. */
export type Settling = (key: Key, look: Look) => Promise<void>;
