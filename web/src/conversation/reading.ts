/** How far one has read in the conversation on the screen, and where the line above what is new stands. */
export interface Reading {
  /** The newest message one has seen. */
  readonly seen: number;
  /** What comes after this one is new. Absent when nothing is. */
  readonly newAfter: number | undefined;
}

/** As the conversation was left the last time. */
export function beginReading(place: { readonly read_seq: number; readonly unread_count: number }): Reading {
  return { seen: place.read_seq, newAfter: place.unread_count > 0 ? place.read_seq : undefined };
}

/** The end of the conversation is before one's eyes. The line stays, so that one finds where one began. */
export function attend(reading: Reading, newest: number): Reading {
  return newest > reading.seen ? { ...reading, seen: newest } : reading;
}

/** Messages came while one was looking elsewhere: the line goes above the first of them. */
export function miss(reading: Reading, newest: number): Reading {
  const { seen, newAfter } = reading;
  if (newest <= seen || (newAfter !== undefined && newAfter >= seen)) return reading;
  return { seen, newAfter: seen };
}

/** Who answers has no need of the line any more. */
export function answer(reading: Reading): Reading {
  return reading.newAfter === undefined ? reading : { ...reading, newAfter: undefined };
}
