/** Returns the time for timestamps that are stored and displayed. No order depends on it. */
export type Clock = () => Date;

/** Returns a new ULID. */
export type IdSource = () => string;

/** Milliseconds that never go back: what the lifetimes of caches are measured by. */
export interface Timer {
  now(): number;
}
