import type { Dependencies } from './dependencies.ts';
import type { NamedGroup } from './model.ts';
import { applyToSummary, factsOf } from './summaries.ts';

/**
 * A named group whose summary is at least as new as a message. The stream writes the summary within a second; until then
 * it is made of what META has and the message. 1 R, and 1 R for a message that META does not show yet.
 * @returns undefined where there is no such group.
 */
export async function readGroupAsOf(
  { groups, messages }: Pick<Dependencies, 'groups' | 'messages'>,
  groupId: string,
  seq: number,
): Promise<NamedGroup | undefined> {
  const group = await groups.find(groupId);
  if (group?.kind !== 'group') return undefined;
  if (group.last_seq >= seq) return group;
  const message = (await messages.entriesAt(groupId, [seq])).get(seq);
  return message ? { ...group, ...applyToSummary(group, factsOf([message])) } : group;
}
