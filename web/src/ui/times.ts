/** Times as texts, in the reader's time zone. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WEEK_DAYS = 7;

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en', { weekday: 'long' });
const shortWeekday = new Intl.DateTimeFormat('en', { weekday: 'short' });
const date = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const fullDate = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const longDate = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const longFullDate = new Intl.DateTimeFormat('en', { dateStyle: 'long' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' });

/** The day of a time: equal for times of the same day. */
export function dayOf(at: string | number): string {
  return new Date(at).toDateString();
}

/** 14:32 */
export function clockTime(at: string | number): string {
  return clock.format(new Date(at));
}

/** March 3, 2024 at 2:32 PM: for tooltips and labels. */
export function exactTime(at: string | number): string {
  return exact.format(new Date(at));
}

/** March 3, 2024. */
export function exactDate(at: string | number): string {
  return longFullDate.format(new Date(at));
}

/** A time in few characters: now, 5 min, 14:32, Yesterday, Tue, 3 Mar, 3 Mar 2024. */
export function agoTime(at: string, now: number): string {
  const time = Date.parse(at);
  const age = now - time;
  if (age < MINUTE_MS) return 'now';
  if (age < 60 * MINUTE_MS) return `${Math.floor(age / MINUTE_MS)} min`;
  const days = daysBetween(time, now);
  if (days === 0) return clockTime(time);
  if (days === 1) return 'Yesterday';
  if (days < WEEK_DAYS) return shortWeekday.format(time);
  return sameYear(time, now) ? date.format(time) : fullDate.format(time);
}

/** Today, Yesterday, Tuesday, Tuesday 3 March, 3 March 2024. */
export function dayName(at: string, now: number): string {
  const time = Date.parse(at);
  const days = daysBetween(time, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < WEEK_DAYS) return weekday.format(time);
  return sameYear(time, now) ? longDate.format(time) : longFullDate.format(time);
}

/** The number of midnights between two times. A day may have 23 or 25 hours. */
function daysBetween(earlier: number, later: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(later) - midnight(earlier)) / DAY_MS);
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}
