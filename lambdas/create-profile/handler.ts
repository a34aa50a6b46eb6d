import type { PostConfirmationTriggerEvent } from 'aws-lambda';
import pTimeout from 'p-timeout';
import * as z from 'zod';
import type { Logger } from '../../backend/logger.ts';
import { NO_RECORDER, type Recorder } from '../../backend/metrics/recorder.ts';
import type { Clock, IdSource } from '../../backend/sources.ts';
import type { ProfileStore } from '../../backend/table/profile-store.ts';
import { isUserId } from '../../schema/ids.ts';
import { suggestProfile, type UserAttributes, withSuffix } from './suggest-profile.ts';

/** With four letters, about one suffix in a million is taken for each person of the same name. */
const MAX_ATTEMPTS = 5;
const SUFFIX_LENGTH = 4;
/** In ms. Cognito waits five seconds in all, including a cold start of one second; then it refuses the sign-up. */
const DEADLINE_MS = 3_000;

export interface HandlerParts {
  readonly profiles: ProfileStore;
  readonly clock: Clock;
  /** Its last letters are random. */
  readonly newId: IdSource;
  readonly logger: Logger;
  /** Default: profiles that are not written are not counted. */
  readonly recorder?: Recorder;
  /** The prefix of the pool's user ids, as the API has it. Default: empty. */
  readonly userIdPrefix?: string;
  /** Total timeout for the table. */
  readonly deadlineMs?: number;
}

/**
 * Creates the profile of a user who has confirmed their sign-up. Cognito also calls it after a password reset, and again
 * when it got no response: an existing profile is left as it is.
 *
 * Every error is logged and the event is returned: a sign-in must not fail because a profile is missing, which the user
 * can write with `PUT /api/users/me`. That includes an event of another shape or of another trigger.
 */
export function createHandler(parts: HandlerParts) {
  const { logger, recorder = NO_RECORDER, userIdPrefix = '', deadlineMs = DEADLINE_MS } = parts;
  return async function handler(event: PostConfirmationTriggerEvent): Promise<PostConfirmationTriggerEvent> {
    let user: string | undefined;
    try {
      const { trigger, sub, attributes } = readEvent(event);
      user = `${userIdPrefix}${sub}`;
      if (sub === '' || !isUserId(user)) throw new TypeError('the event has no user id');
      const outcome = await pTimeout(writeProfile(parts, user, attributes), { milliseconds: deadlineMs });
      logger.info({ user, trigger, outcome }, 'profile');
    } catch (error) {
      recorder.record('profilesNotWritten', 1);
      logger.error({ err: error, user }, 'a profile was not written');
    }
    return event;
  };
}

/** An event of this trigger. Attributes are texts; one of another type counts as missing. */
const confirmation = z.object({
  triggerSource: z.string().startsWith('PostConfirmation_'),
  request: z.object({ userAttributes: z.record(z.string(), z.string().optional().catch(undefined)) }),
});

/** @throws TypeError, without anything of the event in it: attributes are personal. */
function readEvent(event: unknown): { trigger: string; sub: string; attributes: UserAttributes } {
  const { success, data } = confirmation.safeParse(event);
  if (!success) throw new TypeError('the event is not one of a post-confirmation trigger');
  const { sub = '', ...attributes } = data.request.userAttributes;
  return { trigger: data.triggerSource, sub, attributes };
}

/**
 * Claims the suggested handle, or one with a suffix if it is taken. The user may write their own profile between two
 * attempts: the condition that no profile exists keeps theirs.
 */
async function writeProfile(
  { profiles, clock, newId }: HandlerParts,
  userId: string,
  attributes: UserAttributes,
): Promise<'written' | 'there'> {
  if (await profiles.find(userId)) return 'there';
  const { handle, display_name } = suggestProfile(attributes);
  const created_at = clock().toISOString();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const own = attempt === 0 ? handle : withSuffix(handle, newId().slice(-SUFFIX_LENGTH));
    const outcome = await profiles.save({ userId, handle: own, display_name, created_at }, undefined);
    switch (outcome) {
      case 'stored':
        return 'written';
      case 'profile_changed':
        return 'there';
      case 'handle_taken':
    }
  }
  throw new Error(`no free handle was found in ${MAX_ATTEMPTS} attempts`);
}
