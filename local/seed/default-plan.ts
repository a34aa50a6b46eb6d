import dayjs from 'dayjs';
import { PEOPLE, type Script, SCRIPTS, type Sitting } from './content.ts';
import type { SeedConversation, SeedMessage, SeedPlan } from './plan.ts';

/**
 * Example people and conversations: long and short, from a year ago to this hour, in several scripts.
 * @param now the time from which the times of messages are counted back.
 */
export function defaultPlan(now: Date): SeedPlan {
  return { people: PEOPLE, conversations: SCRIPTS.map((script) => conversation(script, now)) };
}

function conversation({ unreadBy = [], sittings, ...script }: Script, now: Date): SeedConversation {
  return { ...script, unreadBy, messages: sittings.flatMap((sitting) => messages(sitting, now)) };
}

function messages({ began, lines }: Sitting, now: Date): SeedMessage[] {
  let at =
    'minutesAgo' in began
      ? dayjs(now).subtract(began.minutesAgo, 'minute')
      : dayjs(`${dayjs(now).subtract(began.daysAgo, 'day').format('YYYY-MM-DD')}T${began.at}`);
  return lines.map(([from, text, uses]) => {
    // A short line takes a minute to write, a long one more.
    at = at.add(1 + (text.length % 3), 'minute').add(text.length % 60, 'second');
    return { from, text, at: at.toDate(), ...(uses && { uses }) };
  });
}
