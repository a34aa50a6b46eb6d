import { groupIdOf, type Key, changeOf, memberUserIdOf, seqOf } from '../../../schema/keys.ts';
import type { Written } from '../../support/memory-table.ts';

/** When a user was in a group, by the journal's time. */
interface Membership {
  readonly from: number;
  to: number;
}

/** A version of a message that was stored. */
interface StoredVersion {
  readonly at: number;
  /** null: a tombstone's, or a system message's. */
  readonly text: string | null;
  readonly isDeleted: boolean;
}

/**
 * What was stored when: every write has a time of its own, 1, 2, 3 … It is read from the writes themselves, so nothing that
 * was published can change it.
 */
export class Journal {
  #now = 0;
  readonly #versions = new Map<string, StoredVersion>();
  readonly #newest = new Map<string, Map<number, number>>();
  readonly #changes = new Map<string, number>();
  readonly #memberships = new Map<string, Membership[]>();
  /** The deleted messages: `<group> <seq>`. */
  readonly #deletions = new Set<string>();
  /** Where each text stands or stood: `<group> <seq>`. */
  readonly #places = new Map<string, string>();

  get now(): number {
    return this.#now;
  }

  note(written: Written): void {
    this.#now += 1;
    for (const { key, now } of written) {
      const groupId = groupIdOf(key);
      if (groupId !== undefined) this.#noteItem(groupId, key, now);
    }
  }

  /** Messages by seq, as they are now. */
  log(groupId: string): ReadonlyMap<number, { readonly rev: number; readonly text: string | null }> {
    const revs = this.#newest.get(groupId) ?? new Map<number, number>();
    return new Map(
      [...revs].map(([seq, rev]) => [seq, { rev, text: this.version(groupId, seq, rev)?.text ?? null }]),
    );
  }

  version(groupId: string, seq: number, rev: number): StoredVersion | undefined {
    return this.#versions.get(`${groupId} ${seq}.${rev}`);
  }

  /** When an entry of a change log was stored. */
  changeAt(groupId: string, change: number): number | undefined {
    return this.#changes.get(`${groupId} ${change}`);
  }

  /** Whether the message of a text was deleted. Each text is of one message. */
  isGone(text: string): boolean {
    return this.#deletions.has(this.#places.get(text) ?? '');
  }

  isDeleted(groupId: string, seq: number): boolean {
    return this.#deletions.has(`${groupId} ${seq}`);
  }

  members(groupId: string, userIds: readonly string[]): string[] {
    return userIds.filter((userId) => this.isMember(groupId, userId));
  }

  isMember(groupId: string, userId: string): boolean {
    return this.#membershipsOf(groupId, userId).at(-1)?.to === Infinity;
  }

  /** The groups that a user is or was a member of. */
  groupsOfEver(userId: string): string[] {
    return [...this.#memberships.keys()].flatMap((key) => {
      const [groupId = '', ofUser] = key.split(' ');
      return ofUser === userId ? [groupId] : [];
    });
  }

  /** Whether a user was never removed from a group, and never left it. */
  neverLeft(groupId: string, userId: string): boolean {
    return this.#membershipsOf(groupId, userId).every(({ to }) => to === Infinity);
  }

  /** When a user's last membership began. */
  joinedAt(groupId: string, userId: string): number {
    return this.#membershipsOf(groupId, userId).at(-1)?.from ?? 0;
  }

  /** When a user's last membership ended; undefined for one that lasts, or never began. */
  leftAt(groupId: string, userId: string): number | undefined {
    const to = this.#membershipsOf(groupId, userId).at(-1)?.to;
    return to === Infinity ? undefined : to;
  }

  #noteItem(groupId: string, key: Key, now: Record<string, unknown> | undefined): void {
    const seq = seqOf(key);
    const change = changeOf(key);
    const userId = memberUserIdOf(key);
    if (seq !== undefined && now) this.#noteMessage(groupId, seq, now);
    if (change !== undefined) this.#changes.set(`${groupId} ${change}`, this.#now);
    if (userId === undefined) return;
    const memberships = this.#membershipsOf(groupId, userId);
    const last = memberships.at(-1);
    if (!now && last) last.to = this.#now;
    if (now && last?.to !== Infinity) memberships.push({ from: this.#now, to: Infinity });
    this.#memberships.set(`${groupId} ${userId}`, memberships);
  }

  #noteMessage(groupId: string, seq: number, item: Record<string, unknown>): void {
    const rev = Number(item['rev']);
    const isDeleted = item['deleted_at'] !== undefined;
    const text = item['message'] as string | null;
    this.#versions.set(`${groupId} ${seq}.${rev}`, { at: this.#now, text, isDeleted });
    this.#newest.set(groupId, (this.#newest.get(groupId) ?? new Map<number, number>()).set(seq, rev));
    if (text !== null) this.#places.set(text, `${groupId} ${seq}`);
    if (isDeleted) this.#deletions.add(`${groupId} ${seq}`);
  }

  #membershipsOf(groupId: string, userId: string): Membership[] {
    return this.#memberships.get(`${groupId} ${userId}`) ?? [];
  }
}
