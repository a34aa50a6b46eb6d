import type { Dependencies } from './dependencies.ts';
import type { Message } from './model.ts';
import type { NameReader } from './names.ts';
import { peopleIn } from './system-messages.ts';

/** What messages are shown with, and do not store themselves. */
export interface MessageDetails {
  /** The names of the people in them. */
  readonly names: NameReader;
  /** The messages that they reply to, by seq, as they are now. One that the log lacks, which is damaged then, is left out. */
  readonly quoted: ReadonlyMap<number, Message>;
}

/**
 * Reads what messages of one group are shown with: 1 R for each message that one of them replies to and that is not among
 * them, and names. Between the reads of a reply and of its original, the original may be edited or deleted: it is shown as
 * it is by then.
 */
export async function readDetails(
  needs: Pick<Dependencies, 'messages'> & { readonly names: Pick<Dependencies['names'], 'read'> },
  messages: readonly Message[],
): Promise<MessageDetails> {
  const quoted = await readQuoted(needs, messages);
  const people = [...messages, ...quoted.values()].flatMap(peopleOf);
  return { names: await needs.names.read(people), quoted };
}

async function readQuoted(
  { messages: store }: Pick<Dependencies, 'messages'>,
  messages: readonly Message[],
): Promise<Map<number, Message>> {
  const own = new Map(messages.map((message) => [message.seq, message]));
  const seqs = new Set(messages.flatMap(({ reply_to: seq }) => seq ?? []));
  const [first] = messages;
  const missing = [...seqs].filter((seq) => !own.has(seq));
  const read = first && missing.length > 0 ? await store.findMany(first.groupId, missing) : [];
  const found = new Map([...own, ...read.map((message) => [message.seq, message] as const)]);
  return new Map([...found].filter(([seq]) => seqs.has(seq)));
}

/** The people whose names a message shows. */
export function peopleOf(message: Message): readonly string[] {
  return [message.user_uuid, ...peopleIn(message), ...(message.mentions ?? [])];
}
