/** The time, for what is stored and shown. No order depends on it. */
export type Clock = () => Date;

/** A new ULID. */
export type IdSource = () => string;
