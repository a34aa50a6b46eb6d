import { isDeepStrictEqual } from 'node:util';
import { directGroupId } from '../../schema/ids.ts';
import { ALL_MEMBERS, groupDataKey, groupKey, listingKey, MAX_SEQ, memberKey } from '../../schema/keys.ts';
import { listedAs } from '../table/group-change.ts';
import { mentionTargets } from '../table/mention-store.ts';
import { summaryOf } from '../table/items.ts';
import { checkChangeLog, type LogFault, LogFaults, LogReader, type WholeLog } from './check-log.ts';
import type { Dependencies } from './dependencies.ts';
import { inspectBlockFlags } from './inspect-blocks.ts';
import { inspectDeletedNotes, inspectPins, inspectReactionsOf, isDeleted } from './inspect-deleted.ts';
import { type Difference, type Found, found, type Look, type Settling } from './inspection.ts';
import { repairPair } from './membership.ts';
import { inspectLastMention, inspectMentionItems, inspectMentionsOf } from './inspect-mentions.ts';
import type { DirectGroup, LogEntry, Member, ReadMark, SeqRange, Summary } from './model.ts';
import { pickSummary, placeInInbox } from './summaries.ts';

/** Looks at an item until a difference is certain, or repaired; returns the difference, or undefined where there is none. */
export type Settle = (look: Look) => Promise<readonly Difference[] | undefined>;

export type InspectionStores = Pick<
  Dependencies,
  | 'groups'
  | 'groupDataStore'
  | 'listings'
  | 'members'
  | 'messages'
  | 'reactions'
  | 'pins'
  | 'mentions'
  | 'changes'
  | 'blocks'
  | 'clock'
>;

/**
 * Looks at everything that is kept of one group beside its log, and at its listing. An item is always read before the part of the log that
 * decides it: so a message that an item shows is in the log that is read after it, or the item is wrong.
 */
export class GroupInspection {
  readonly #stores: InspectionStores;
  readonly #groupId: string;
  readonly #settle: Settling;
  readonly #faults = new LogFaults();
  readonly #log: WholeLog = { newest: undefined, lastDeleted: 0, authored: new Map(), mentioned: new Map() };

  constructor(stores: InspectionStores, groupId: string, settle: Settling) {
    this.#stores = stores;
    this.#groupId = groupId;
    this.#settle = settle;
  }

  /** Inspects the group. @returns what cannot be repaired. */
  async run(): Promise<readonly LogFault[]> {
    const group = await this.#stores.groups.find(this.#groupId);
    if (!group) return [];
    await this.#readLog();
    await checkChangeLog(this.#stores, this.#groupId, this.#faults);
    if (this.#log.newest === undefined) {
      this.#faults.add({ key: groupKey(this.#groupId), fault: 'has no messages' });
    } else if (this.#faults.isReadable) {
      if (group.kind === 'direct') await this.#inspectPair(group);
      else await this.#inspectNamed();
    }
    return this.#faults.all;
  }

  async #readLog(): Promise<void> {
    const reader = new LogReader(this.#stores, this.#groupId, this.#faults);
    let from = 1;
    for await (const page of reader.pages()) {
      for (const entry of page) this.#note(entry);
      const to = page.at(-1)?.seq ?? from - 1;
      await this.#inspectDeleted(page, { from, to });
      await inspectMentionsOf(this.#stores, this.#groupId, page, this.#settle);
      await inspectReactionsOf(this.#stores, this.#groupId, page, this.#settle);
      from = to + 1;
    }
    await this.#inspectDeleted([], { from, to: MAX_SEQ });
    if (this.#faults.isReadable) await inspectMentionItems(this.#stores, this.#groupId, this.#settle);
    await inspectPins(this.#stores, this.#groupId, this.#settle);
  }

  #note(entry: LogEntry): void {
    const { seq, n, kind, user_uuid: author } = entry;
    this.#log.newest = entry;
    if (entry.deleted_at !== undefined) this.#log.lastDeleted = seq;
    if (kind === 'text') this.#log.authored.set(author, { seq, n });
    for (const target of mentionTargets(entry)) this.#log.mentioned.set(target, seq);
  }

  /** The notes of deleted messages in a part of the log. */
  async #inspectDeleted(page: readonly LogEntry[], range: SeqRange): Promise<void> {
    if (range.to < range.from || !this.#faults.isReadable) return;
    await inspectDeletedNotes(this.#stores, this.#groupId, { page, range }, this.#settle);
  }

  async #inspectNamed(): Promise<void> {
    await this.#settle(groupKey(this.#groupId), () => this.#lookAtSummary());
    await this.#settle(listingKey(this.#groupId), () => this.#lookAtListing());
    await this.#settle(groupDataKey(this.#groupId), () => this.#lookAtData());
    for await (const page of this.#stores.members.pages(this.#groupId)) {
      const entries = await this.#stores.messages.entriesAt(this.#groupId, marksOf(page));
      for (const row of page) {
        const isRight = isDeepStrictEqual(await this.#expectedMark(row, entries), markOf(row));
        if (isRight) continue;
        const { userId } = row;
        await this.#settle(memberKey(this.#groupId, userId), () => this.#lookAtMark(userId));
      }
      for (const { userId } of page) {
        const seq = this.#log.mentioned.get(userId);
        if (seq !== undefined) {
          await inspectLastMention(this.#stores, this.#groupId, { userId, seq }, this.#settle);
        }
      }
    }
  }

  async #lookAtSummary(): Promise<Found | undefined> {
    const { groups } = this.#stores;
    const group = await groups.find(this.#groupId);
    if (group?.kind !== 'group') return undefined;
    const stored = pickSummary(group);
    const expected = await this.#expectedSummary(stored, [ALL_MEMBERS]);
    return found(stored, expected, async () => (await groups.applySummary(group, expected)).stored);
  }

  /** The group's place in the list of public groups, which follows from META. */
  async #lookAtListing(): Promise<Found | undefined> {
    const { groups, listings } = this.#stores;
    const stored = await listings.placeOf(this.#groupId);
    const group = await groups.find(this.#groupId);
    if (group?.kind !== 'group') return undefined;
    const expected = listedAs(group);
    const repair = () => listings.repair(group);
    if (stored === undefined || expected === undefined) {
      return found({ item: stored !== undefined }, { item: expected !== undefined }, repair);
    }
    return found({ inbox_sk: stored }, { inbox_sk: expected }, repair);
  }

  /** The id of the group's own data, which META repeats. */
  async #lookAtData(): Promise<Found | undefined> {
    const { groups, groupDataStore } = this.#stores;
    const group = await groups.find(this.#groupId);
    if (group?.kind !== 'group') return undefined;
    const expected = await groupDataStore.storedId(this.#groupId);
    return found({ data_id: group.data_id }, { data_id: expected }, () =>
      groupDataStore.repair(group, expected),
    );
  }

  async #lookAtMark(userId: string): Promise<Found | undefined> {
    const { members, messages } = this.#stores;
    const row = await members.find(this.#groupId, userId);
    if (!row) return undefined;
    const entries = await messages.entriesAt(this.#groupId, marksOf([row]));
    const mark = await this.#expectedMark(row, entries);
    return found(readAttributes(markOf(row)), readAttributes(mark), () => members.replaceMark(row, mark));
  }

  async #inspectPair(group: DirectGroup): Promise<void> {
    const [row] = await this.#stores.members.pair(this.#groupId);
    // Without any row only the log can name the two.
    const users = row ? [row.userId, row.peer] : new Set([group.created_by, ...this.#log.authored.keys()]);
    const [one, other] = users;
    if (one === undefined || other === undefined || directGroupId(one, other) !== this.#groupId) {
      const fault = 'lacks rows, and nothing says whose they were';
      this.#faults.add({ key: groupKey(this.#groupId), fault });
      return;
    }
    for (const userId of [one, other]) {
      await this.#settle(memberKey(this.#groupId, userId), () => this.#lookAtRow(userId, [one, other]));
      await inspectBlockFlags(this.#stores, this.#groupId, userId, this.#settle);
    }
  }

  async #lookAtRow(userId: string, users: readonly [string, string]): Promise<Found | undefined> {
    const { members, messages } = this.#stores;
    const row = (await members.pair(this.#groupId)).find((candidate) => candidate.userId === userId);
    if (!row) {
      return found({ item: false }, { item: true }, async () => {
        await repairPair(this.#stores, this.#groupId, users);
        // The user of the new row has read their own texts.
        return (await (await this.#lookAtRow(userId, users))?.repair()) ?? true;
      });
    }
    const entries = await messages.entriesAt(this.#groupId, marksOf([row]));
    const mark = await this.#expectedMark(row, entries);
    const summary = await this.#expectedSummary(pickSummary(row), [userId, ALL_MEMBERS]);
    const { inbox_sk } = row;
    const stored = { ...pickSummary(row), ...readAttributes(markOf(row)), inbox_sk };
    const expected = {
      ...summary,
      ...readAttributes(mark),
      inbox_sk: placeInInbox(inbox_sk, summary.last_at, this.#groupId),
    };
    const { last_deleted_seq, last_mention_seq, last_mentions, ...rest } = row;
    return found(stored, expected, async () => {
      const outcome = await members.applySummary(row, { ...rest, ...expected });
      return outcome.stored;
    });
  }

  /**
   * What a summary that was read should be. In a busy group it may show a message that is no longer the newest one, if the
   * stream has brought it up to where the log ended when its reading began; then what it says of that message counts.
   * @param targets of the mentions that it knows of.
   */
  async #expectedSummary(seen: Summary, targets: readonly string[]): Promise<Summary> {
    const { newest: end, lastDeleted } = this.#log;
    const { messages } = this.#stores;
    const { last_seq, last_deleted_seq: claimed = 0 } = seen;
    const newest = (await messages.newest(this.#groupId)) ?? end;
    if (!newest) throw new TypeError('a log that was read has a message');
    const entries = await messages.entriesAt(this.#groupId, [last_seq, claimed].filter(Boolean));
    const isBehind = last_seq >= (end?.seq ?? 0) && last_seq < newest.seq;
    const deleted = Math.max(lastDeleted, isDeleted(entries.get(claimed)) ? claimed : 0);
    return {
      ...summaryOf((isBehind ? entries.get(last_seq) : undefined) ?? newest),
      ...(deleted > 0 && { last_deleted_seq: deleted }),
      ...this.#expectedMention(seen.last_mention_seq ?? 0, newest.seq, targets),
    };
  }

  /** The highest mention: what is stored may be higher than any in the log, because a mention can be removed again. */
  #expectedMention(
    stored: number,
    end: number,
    targets: readonly string[],
  ): Pick<Summary, 'last_mention_seq'> {
    const inLog = targets.map((target) => this.#log.mentioned.get(target) ?? 0);
    const highest = Math.max(...inLog, stored <= end ? stored : 0);
    return highest > 0 ? { last_mention_seq: highest } : {};
  }

  /** What a read mark should be: kept, held to the log's end, raised by own texts. @param entries the message it names. */
  async #expectedMark(row: Member, entries: ReadonlyMap<number, LogEntry>): Promise<ReadMark> {
    const own = this.#log.authored.get(row.userId);
    if (own && own.seq > row.read_seq) return own;
    if (row.read_seq === 0) return { seq: 0, n: 0 };
    const read = entries.get(row.read_seq);
    if (read) return { seq: read.seq, n: read.n };
    const newest = await this.#stores.messages.newest(this.#groupId);
    return newest && newest.seq < row.read_seq ? { seq: newest.seq, n: newest.n } : markOf(row);
  }
}

const markOf = ({ read_seq, read_n }: Member): ReadMark => ({ seq: read_seq, n: read_n });

const readAttributes = ({ seq, n }: ReadMark) => ({ read_seq: seq, read_n: n });

const marksOf = (rows: readonly Member[]): number[] =>
  rows.map((row) => row.read_seq).filter((seq) => seq > 0);
