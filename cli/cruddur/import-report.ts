/** An item of Cruddur's table that is not imported. */
export interface LeftOut {
  readonly pk: string;
  readonly sk: string;
  readonly reason: string;
}

/** A user who is imported with something else than Cruddur's table of users says. */
export interface UserNote {
  /** Cruddur's uuid of the user. */
  readonly user: string;
  readonly note: string;
}

/** Entries that a report lists; it counts all. */
const MAX_LISTED = 1_000;

/** What an import read, wrote, and could not read. It names items and users, and never has a text. */
export class ImportReport {
  readonly users = { new: 0, found: 0 };
  readonly conversations = { imported: 0, merged: 0 };
  /** `read` is how many can be imported: those that this import stored, and those that an earlier one had. */
  readonly messages = { read: 0, new: 0, found: 0 };
  /** How many items are left out, by the reason. */
  readonly reasons = new Map<string, number>();
  readonly leftOut: LeftOut[] = [];
  readonly notes: UserNote[] = [];
  noteCount = 0;

  leaveOut(item: LeftOut): void {
    this.reasons.set(item.reason, (this.reasons.get(item.reason) ?? 0) + 1);
    if (this.leftOut.length < MAX_LISTED) this.leftOut.push(item);
  }

  note(user: string, note: string): void {
    this.noteCount += 1;
    if (this.notes.length < MAX_LISTED) this.notes.push({ user, note });
  }

  get leftOutCount(): number {
    return [...this.reasons.values()].reduce((sum, count) => sum + count, 0);
  }

  toJSON(): object {
    const { users, conversations, messages, reasons, leftOut, leftOutCount, notes, noteCount } = this;
    return {
      users,
      conversations,
      messages,
      left_out: { count: leftOutCount, reasons: Object.fromEntries(reasons), items: leftOut },
      notes: { count: noteCount, users: notes },
    };
  }
}
