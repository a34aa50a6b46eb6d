import { mentionsIn } from '../../schema/mentions.ts';
import type { Mentions } from '../table/mention-store.ts';
import type { Dependencies } from './dependencies.ts';
import type { Access } from './membership.ts';
import { mayMentionAll } from './policies.ts';

/** The users of a direct group, or a member's access to a named one. */
type Mentionable = { readonly pair: readonly string[] } | Required<Pick<Access, 'own' | 'group'>>;

/**
 * Resolves whom a text mentions, when it is sent or edited; never by name later. A text without `@` costs nothing; otherwise
 * 1 R for each handle in it, and in a named group 1 R for each user who has one. What is no member's handle stays text, and
 * so does `@all` of a member who may not mention all.
 *
 * Between this and the write a member may leave. Then the message mentions a user who was a member when it was sent: no row
 * of theirs is written, and after a return they have read it.
 */
export async function resolveMentions(
  needs: Pick<Dependencies, 'profiles' | 'members'>,
  access: Access,
  text: string,
): Promise<Mentions> {
  const { own, group } = access;
  return resolve(needs, group ? { own, group } : { pair: [own.userId, own.peer] }, text);
}

/** Resolves whom the first message of a direct group mentions. */
export async function resolveMentionsOfPair(
  needs: Pick<Dependencies, 'profiles' | 'members'>,
  pair: readonly [string, string],
  text: string,
): Promise<Mentions> {
  return resolve(needs, { pair }, text);
}

async function resolve(
  needs: Pick<Dependencies, 'profiles' | 'members'>,
  within: Mentionable,
  text: string,
): Promise<Mentions> {
  const { all, words } = mentionsIn(text);
  const people =
    words.length > 0 ? await needs.profiles.findByHandles(words.flat()) : new Map<string, never>();
  const userIds = [...people.values()].map(({ userId }) => userId);
  const members = new Set(await membersAmong(needs, within, userIds));
  const mentioned = words.flatMap((handles) => {
    const ids = handles.map((handle) => people.get(handle)?.userId ?? '');
    return ids.find((userId) => members.has(userId)) ?? [];
  });
  const mentionsAll = all && ('pair' in within || mayMentionAll(within.own, within.group.member_count));
  return {
    ...(mentioned.length > 0 && { mentions: [...new Set(mentioned)] }),
    ...(mentionsAll && { mentions_all: true }),
  };
}

async function membersAmong(
  { members }: Pick<Dependencies, 'members'>,
  within: Mentionable,
  userIds: readonly string[],
): Promise<readonly string[]> {
  if ('pair' in within) return within.pair;
  if (userIds.length === 0) return [];
  return (await members.findMany(within.group.groupId, userIds)).map(({ userId }) => userId);
}
