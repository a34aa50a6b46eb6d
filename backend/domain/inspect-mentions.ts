import { mentionKey, memberKey } from '../../schema/keys.ts';
import { mentionTargets } from '../table/mention-store.ts';
import type { Dependencies } from './dependencies.ts';
import type { Look, Settling } from './inspection.ts';
import type { LogEntry } from './model.ts';

/*
 * The items of mentions, which are written with their messages: a table that was restored in parts can have another set
 * of them. Both directions are looked at: the items that the messages ask for, and the messages that the items name.
 */

/** What the items of mentions are compared and repaired with. */
type Stores = Pick<Dependencies, 'mentions' | 'messages' | 'members'>;

/** Looks at the items that some messages ask for. */
export async function inspectMentionsOf(
  stores: Stores,
  groupId: string,
  page: readonly LogEntry[],
  settle: Settling,
): Promise<void> {
  const wanted = page.flatMap((entry) => mentionTargets(entry).map((target) => ({ target, seq: entry.seq })));
  const found = await stores.mentions.present(groupId, wanted);
  for (const mention of wanted.filter((candidate) => !found.has(candidate))) {
    await settle(mentionKey(groupId, mention.target, mention.seq), lookAtMention(stores, groupId, mention));
  }
}

/** Looks at all items of a group that no message asks for. */
export async function inspectMentionItems(stores: Stores, groupId: string, settle: Settling): Promise<void> {
  for await (const page of stores.mentions.all(groupId)) {
    const entries = await stores.messages.entriesAt(
      groupId,
      page.map(({ seq }) => seq),
    );
    for (const mention of page) {
      if (isMentioned(entries.get(mention.seq), mention.target)) continue;
      await settle(mentionKey(groupId, mention.target, mention.seq), lookAtMention(stores, groupId, mention));
    }
  }
}

/** Looks at what the row of a member of a named group says of their mentions: at least the highest in the log. */
export async function inspectLastMention(
  { members, mentions }: Stores,
  groupId: string,
  { userId, seq }: { readonly userId: string; readonly seq: number },
  settle: Settling,
): Promise<void> {
  await settle(memberKey(groupId, userId), async () => {
    const row = await members.find(groupId, userId);
    const stored = row?.last_mention_seq;
    if (!row || (stored ?? 0) >= seq) return undefined;
    return {
      differences: [{ attribute: 'last_mention_seq', stored, expected: seq }],
      repair: async () => {
        await mentions.raiseLast(groupId, userId, seq);
        return true;
      },
    };
  });
}

const lookAtMention =
  (
    { mentions, messages }: Stores,
    groupId: string,
    mention: { readonly target: string; readonly seq: number },
  ): Look =>
  async () => {
    const { target, seq } = mention;
    const stored = (await mentions.present(groupId, [mention])).has(mention);
    const entry = (await messages.entriesAt(groupId, [seq])).get(seq);
    const expected = isMentioned(entry, target);
    if (stored === expected) return undefined;
    const rev = entry?.rev;
    return {
      differences: [{ attribute: 'item', stored, expected }],
      repair: () => mentions.repair(groupId, mention, { rev, isMentioned: expected }),
    };
  };

const isMentioned = (entry: LogEntry | undefined, target: string): boolean =>
  entry !== undefined && mentionTargets(entry).includes(target);
