import type { Dependencies } from './dependencies.ts';
import type { AccessNeeds } from './membership.ts';
import type { Message, Tail } from './model.ts';
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
 * @param run.tail a message that exists; no message up to it carries a key of the run.
 * @returns the last message of the run, or undefined where the run was not stored.
 * @throws NotFoundError where an author is no member.
 */
export async function sendRun(
  needs: AccessNeeds & Pick<Dependencies, 'newId'>,
  groupId: string,
  { tail, messages }: { readonly tail: Tail; readonly messages: readonly TimedSend[] },
): Promise<Tail | undefined> {
  const authors = [...new Set(messages.map(({ userId }) => userId))];
  const members = await needs.members.findMany(groupId, authors);
  for (const userId of authors) requireMember(members, userId);
  const run: Message[] = [];
  for (const message of messages) {
    const before = run.at(-1) ?? tail;
    run.push(newTextMessage({ ...message, groupId, tail: before, messageId: needs.newId() }));
  }
  const { stored } = await needs.messages.appendAll(run);
  return stored ? run.at(-1) : undefined;
}
