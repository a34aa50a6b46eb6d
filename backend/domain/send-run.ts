import type { Dependencies } from './dependencies.ts';
import { newTextMessage } from './new-message.ts';
import { requireMember } from './policies.ts';
import type { Send } from './send-message.ts';

/** A message that was written earlier. */
export interface TimedSend extends Omit<Send, 'afterSeq'> {
  readonly createdAt: Date;
}

/** Messages that `sendRun` takes at most: DynamoDB's bound is 100 items and 4 MB a transaction. */
export const MAX_RUN = 50;

/**
 * Stores a run of messages, each with its own time, as `sendToGroup` stores one: for seeds, which would otherwise wait
 * for each of thousands. One transaction puts them right behind `tail`, all or none. 2 W for each message, and 1 R.
 *
 * Other processes may append at any moment, and members may be removed. Both take the place behind `tail`, which was
 * read before the members are: then nothing of the run is stored, and the caller sends its messages one by one.
 * @param run.tail a seq that exists; no message up to it carries a key of the run.
 * @returns whether the run was stored.
 * @throws NotFoundError where an author is no member.
 */
export async function sendRun(
  { members: store, messages: log, newId }: Pick<Dependencies, 'members' | 'messages' | 'newId'>,
  groupId: string,
  { tail, messages }: { readonly tail: number; readonly messages: readonly TimedSend[] },
): Promise<boolean> {
  const members = await store.list(groupId);
  for (const { userId } of messages) requireMember(members, userId);
  const run = messages.map((message, index) =>
    newTextMessage({ ...message, groupId, seq: tail + index + 1, messageId: newId() }),
  );
  return (await log.appendAll(run)).stored;
}
