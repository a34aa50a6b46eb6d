import type { AnnotatedMessage } from '../domain/model.ts';
import { peopleIn } from '../domain/system-messages.ts';
import { type MessageAnswer, presentMessage } from '../presentation/message.ts';
import type { Wiring } from '../wiring.ts';

/** Presents a message to a user who added something to it, or took it away. Reads the names that it shows. */
export async function presentAnnotated(
  context: Pick<Wiring, 'names'>,
  userId: string,
  { message, annotations }: AnnotatedMessage,
): Promise<MessageAnswer> {
  const names = await context.names.read([message.user_uuid, ...peopleIn(message)]);
  return presentMessage(message, names, userId, annotations);
}
