import type { Muted } from '../../schema/items.ts';
import { NotFoundError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { inboxEntriesOf, peopleInEntry, type RowWithGroup } from './inbox-entries.ts';
import { type AccessNeeds, readAccess } from './membership.ts';
import type { InboxEntry, Member, Summary } from './model.ts';
import type { NameReader } from './names.ts';
import { publishRow } from './publish-changes.ts';

/** A member's own settings of a group, as others do not see them. */
export interface GroupSettings {
  readonly muted: 'none' | Muted;
  readonly favourite: boolean;
  readonly archived: boolean;
  readonly marked_unread: boolean;
}

/** Settings that a member changes. */
export type WantedSettings = { readonly [Name in keyof GroupSettings]?: GroupSettings[Name] | undefined };

/** The numbers of a summary that settings depend on. */
type Newest = Pick<Summary, 'last_seq' | 'last_by' | 'last_kind'>;

/**
 * A member's settings of a group. Archived is a place in the log, so the next message ends it by itself. So is marked as
 * unread, which the read mark passes; of an own text that the stream has not brought to the mark yet, the summary says so.
 */
export function settingsOf(row: Member, { last_seq, last_by, last_kind }: Newest): GroupSettings {
  const { muted = 'none', favourite = false, archived_seq = 0, unread_seq = 0 } = row;
  const hasAnswered = last_by === row.userId && last_kind === 'text' && last_seq > unread_seq;
  return {
    muted,
    favourite,
    archived: archived_seq >= last_seq,
    marked_unread: unread_seq > 0 && unread_seq >= row.read_seq && !hasAnswered,
  };
}

/** The settings of a row of the inbox. */
export function settingsIn({ row, group }: RowWithGroup): GroupSettings | undefined {
  const summary = row.peer === undefined ? group : row;
  return summary && settingsOf(row, summary);
}

/** A group as its member sees it after a change of their settings. */
export interface ChangedSettings {
  readonly entry: InboxEntry;
  readonly names: NameReader;
}

type Needs = AccessNeeds &
  Pick<Dependencies, 'settings' | 'changes' | 'codec' | 'groupData' | 'mentions' | 'names' | 'events'>;

/**
 * Changes some of a member's own settings of a group, and notifies their other devices. 2 W, and 1 R in a direct group, 2 R
 * in a named one; 1 R more where the group is archived or marked as unread.
 *
 * A message may come between the read of the newest one and the write: the group is archived up to the one that was read,
 * so the other brings it back. The user may leave meanwhile, and even join again: then nothing is written.
 * @throws NotFoundError for a user who is not a member.
 */
export async function changeSettings(
  needs: Needs,
  { groupId, userId }: { readonly groupId: string; readonly userId: string },
  wanted: WantedSettings,
): Promise<ChangedSettings> {
  const { own, group } = await readAccess(needs, groupId, userId);
  const usesPlace = wanted.archived === true || wanted.marked_unread === true;
  // The log itself: a summary is a second late, and a message that the user has seen must not bring the group back.
  const newest = usesPlace ? await needs.messages.newest(groupId) : undefined;
  const row = await needs.settings.changeSettings(own, storedSettings(wanted, newest?.seq));
  if (!row) throw new NotFoundError();
  publishRow(needs, row, group);
  const [entry] = await inboxEntriesOf(needs, [{ row, group }]);
  if (!entry) throw new TypeError('there is one entry for each row');
  return { entry, names: await needs.names.read(peopleInEntry(entry)) };
}

/** Settings as attributes of a row; undefined for one that is removed. */
export type StoredSettings = Partial<
  Record<'muted' | 'favourite' | 'archived_seq' | 'unread_seq', string | number | true | undefined>
>;

function storedSettings(wanted: WantedSettings, newest: number | undefined): StoredSettings {
  const { muted, favourite, archived, marked_unread } = wanted;
  return {
    ...(muted !== undefined && { muted: muted === 'none' ? undefined : muted }),
    ...(favourite !== undefined && { favourite: favourite || undefined }),
    ...(archived !== undefined && { archived_seq: archived ? newest : undefined }),
    ...(marked_unread !== undefined && { unread_seq: marked_unread ? newest : undefined }),
  };
}
