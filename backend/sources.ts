/** Returns the time for timestamps that are stored and displayed. No order depends on it. */
export type Clock = () => Date;

/** Returns a new ULID. */
export type IdSource = () => string;
