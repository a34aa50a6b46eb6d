/** How far the user has read in the open conversation, and the position of the line above new messages. */
export interface Reading {
  /** The seq of the newest message that the user has seen. */
  readonly seen: number;
  /** Messages after this seq are new; absent when none are. */
  readonly newAfter: number | undefined;
}

/** Begins at the stored read position. */
export function beginReading(position: {
  readonly read_seq: number;
  readonly unread_count: number;
}): Reading {
  return { seen: position.read_seq, newAfter: position.unread_count > 0 ? position.read_seq : undefined };
}

/** The user sees the end of the conversation. The line stays, to mark where they began. */
export function attend(reading: Reading, newest: number): Reading {
  return newest > reading.seen ? { ...reading, seen: newest } : reading;
}

/** Messages arrived while the user was not looking: the line moves above the first of them. */
export function miss(reading: Reading, newest: number): Reading {
  const { seen, newAfter } = reading;
  if (newest <= seen || (newAfter !== undefined && newAfter >= seen)) return reading;
  return { seen, newAfter: seen };
}

/** The user sent a message: the line is removed. */
export function answer(reading: Reading): Reading {
  return reading.newAfter === undefined ? reading : { ...reading, newAfter: undefined };
}
