import { readDetails } from '../domain/message-details.ts';
import type { AnnotatedMessage } from '../domain/model.ts';
import { type MessageAnswer, presentMessage } from '../presentation/message.ts';
import type { Wiring } from '../wiring.ts';

/** Presents a message to a user who added something to it, or took it away. Reads what it is shown with. */
export async function presentAnnotated(
  context: Pick<Wiring, 'messages' | 'names'>,
  userId: string,
  { message, annotations }: AnnotatedMessage,
): Promise<MessageAnswer> {
  return presentMessage(message, await readDetails(context, [message]), userId, annotations);
}
