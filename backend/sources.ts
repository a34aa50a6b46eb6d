import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

/** Returns the time for timestamps that are stored and displayed. No order depends on it. */
export type Clock = () => Date;

/** Returns a new ULID. */
export type IdSource = () => string;

/** Random bytes that no id has used yet: the library alone asks the system for each character, which takes 40 µs an id. */
const random = Buffer.alloc(4_096);
let used = random.length;

/** Returns a ULID of this moment, with 80 random bits. */
export const newId: IdSource = () => ulid(undefined, nextFraction);

/** Returns a number from 0 to below 1, of 8 random bits: a character of a ULID takes 5 of them. */
function nextFraction(): number {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const fraction = random.readUInt8(used) / 256;
  used += 1;
  return fraction;
}

/** Milliseconds that never go back: what the lifetimes of caches are measured by. */
export interface Timer {
  now(): number;
}
