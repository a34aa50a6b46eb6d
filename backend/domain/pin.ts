import { MAX_PINS } from '../../schema/items.ts';
import { UnprocessableError } from '../errors.ts';
import { type Annotatable, type AnnotationRequest, readAnnotatable, readReactions } from './annotations.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import { type MessageDetails, readDetails } from './message-details.ts';
import type { AnnotatedMessage, Annotations, Message } from './model.ts';
import { demand, mayPin, requireUnblocked } from './policies.ts';
import { publishPins } from './publish-changes.ts';

type Needs = AccessNeeds & Pick<Dependencies, 'reactions' | 'pins' | 'events'>;

/**
 * Pins a message: any message but a deleted one. A pinned one stays pinned. 4 W, and 1 R each for the user's row, the
 * message, the pins, and the reactions that the answer has.
 *
 * Between these reads and the write the message may be deleted, and others may pin: the transaction checks both.
 * @throws NotFoundError for a user who is not a member, and for a seq that the log does not have; ForbiddenError
 * `role_forbidden`, and as `requireUnblocked`; UnprocessableError `message_deleted`, `pins_full`.
 */
export async function pinMessage(needs: Needs, request: AnnotationRequest): Promise<AnnotatedMessage> {
  const { groupId, seq } = request;
  const { own, message, annotations } = await readPinnable(needs, request);
  requireUnblocked(own);
  if (message.deleted_at !== undefined) throw new UnprocessableError([{ code: 'message_deleted' }]);
  if (annotations.pinned.has(seq)) return { message, annotations };
  if (annotations.pinned.size >= MAX_PINS) throw new UnprocessableError([{ code: 'pins_full' }]);
  switch (await needs.pins.pin(groupId, seq)) {
    case 'full':
      throw new UnprocessableError([{ code: 'pins_full' }]);
    case 'gone':
      throw new UnprocessableError([{ code: 'message_deleted' }]);
    case 'stored':
      publishPins(needs, own);
      return { message, annotations: { ...annotations, pinned: new Set([...annotations.pinned, seq]) } };
  }
}

/**
 * Unpins a message. Where it is not pinned, nothing is written. 2 W and 4 R.
 * @throws NotFoundError and ForbiddenError as `pinMessage`.
 */
export async function unpinMessage(needs: Needs, request: AnnotationRequest): Promise<AnnotatedMessage> {
  const { groupId, seq } = request;
  const { own, message, annotations } = await readPinnable(needs, request);
  if (!annotations.pinned.has(seq)) return { message, annotations };
  await needs.pins.unpin(groupId, seq);
  publishPins(needs, own);
  const pinned = new Set([...annotations.pinned].filter((other) => other !== seq));
  return { message, annotations: { ...annotations, pinned } };
}

/** The message, for a user who may pin it. */
function readPinnable(needs: Needs, request: AnnotationRequest): Promise<Annotatable> {
  return readAnnotatable(needs, request, (own) => demand(mayPin(own)));
}

/** The pinned messages of a group. */
export interface PinnedMessages {
  /** By seq: at most MAX_PINS. */
  readonly messages: readonly Message[];
  readonly annotations: Annotations;
  readonly details: MessageDetails;
}

/**
 * The pinned messages of a group, in the order of its log; without deleted ones, which the stream unpins. 1 R each for the
 * membership and the pins, 1 R for 4 KB of each message, of its reactions, and of each message that one of these replies to,
 * and names.
 * @throws NotFoundError for a user who is not a member.
 */
export async function listPins(
  needs: AccessNeeds & Pick<Dependencies, 'reactions' | 'pins' | 'names'>,
  groupId: string,
  userId: string,
): Promise<PinnedMessages> {
  await readOwnRow(needs, groupId, userId);
  const pinned = await needs.pins.find(groupId);
  const found = await needs.messages.findMany(groupId, [...pinned]);
  const messages = found
    .filter(({ deleted_at }) => deleted_at === undefined)
    .sort((one, other) => one.seq - other.seq);
  const [reactions, details] = await Promise.all([
    readReactions(needs, messages),
    readDetails(needs, messages),
  ]);
  return { messages, annotations: { reactions, pinned }, details };
}
