import * as z from 'zod';
import type { FoundMessage } from '../domain/look-back.ts';
import type { NameReader } from '../domain/names.ts';
import { presentMessage, textMessage } from './message.ts';

/** A message that a search found. */
export const foundMessage = textMessage
  .omit({ reply_to: true, reactions: true, pinned: true, unreadable: true })
  .extend({
    message: z.string().meta({
      description: 'The text. Of a message with files also a last line that names them.',
      examples: ['Lunch on Monday?'],
    }),
  })
  .meta({
    id: 'FoundMessage',
    description:
      'A message that a search found, as it is in its group; without reactions, pin, and the message that it replies to.',
  });
export type FoundMessageAnswer = z.infer<typeof foundMessage>;

/** @param viewerId the user who searched. */
export function presentFoundMessage(
  item: FoundMessage,
  names: NameReader,
  viewerId: string,
): FoundMessageAnswer {
  const presented = presentMessage(item, { names, quoted: new Map() }, viewerId);
  if (presented.kind !== 'text') throw new TypeError('only texts are found');
  return { ...presented, message: presented.message ?? item.message };
}
