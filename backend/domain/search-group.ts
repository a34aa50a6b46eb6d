import { MAX_SEQ } from '../../schema/keys.ts';
import type { Dependencies } from './dependencies.ts';
import { lookBack, type LookedBack, MAX_FOUND, MAX_LOOKED_AT } from './look-back.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import { peopleOf } from './message-details.ts';
import type { NameReader } from './names.ts';

/** A page of what was found in a group. */
export interface GroupSearchPage extends LookedBack {
  readonly names: NameReader;
}

/**
 * Searches one group for messages with all of these words, from a seq backwards: one step of at most MAX_LOOKED_AT
 * messages, 1 MB, or MAX_FOUND results. 1 R for the membership, and as `lookBack`; 0.5 R for each name.
 * @throws NotFoundError for a user who is not a member; TextKeysUnavailableError.
 */
export async function searchGroup(
  needs: AccessNeeds & Pick<Dependencies, 'codec' | 'names'>,
  request: {
    readonly groupId: string;
    readonly userId: string;
    /** Of `searchWordsOf`. */
    readonly words: readonly string[];
    /** Absent: from the end of the log. */
    readonly before?: number | undefined;
  },
): Promise<GroupSearchPage> {
  const { groupId, userId, words, before } = request;
  await readOwnRow(needs, groupId, userId);
  const range = { from: 0, to: before === undefined ? MAX_SEQ : before - 1 };
  const looked = await lookBack(needs, {
    ...{ groupId, range, words },
    maxLookedAt: MAX_LOOKED_AT,
    maxFound: MAX_FOUND,
  });
  return { ...looked, names: await needs.names.read(looked.found.flatMap(peopleOf)) };
}
