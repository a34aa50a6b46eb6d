import * as z from 'zod';
import type { SummaryReader } from '../domain/group-summaries.ts';
import type { Wiring } from '../wiring.ts';
import type { ReadCost } from './rate-limit.ts';

/**
 * How many reads a request past the cache counts for more: it reads META of each named group of the user, up to 500, and
 * others do not share that.
 */
const COST_OF_FRESH = 10;

/** The headers of a list that may be up to a second old. */
export const cachedList = z.object({
  'Cache-Control': z
    .string()
    .optional()
    .meta({
      description:
        'With `no-cache`, groups are read from the table, and the request counts for ten reads more. Without it, what is shown of a group may be up to a second older. Send it with the first request after the event `ready`: no event repeats what happened before. Browsers send it with `fetch(…, { cache: "no-store" })`, also across origins. Anything else is ignored.',
      examples: ['no-cache'],
    }),
});

/** Whether a client asks for a response without anything cached: the directive `no-cache` (RFC 9111, 5.2.1.4). */
function asksFresh(cacheControl: string | undefined): boolean {
  const directives = cacheControl?.toLowerCase().split(',') ?? [];
  return directives.some((directive) => directive.trim() === 'no-cache');
}

/** Returns the cost of a cached list, and more if it is read past the cache. */
export function costOrFresh(cost: ReadCost): ReadCost {
  return (request) => cost(request) + (asksFresh(request.headers['cache-control']) ? COST_OF_FRESH : 0);
}

/** Returns the context for a list, which reads summaries past the cache if the client asks for that. */
export function contextFor(
  context: Wiring,
  headers: z.output<typeof cachedList>,
): Omit<Wiring, 'summaries'> & { readonly summaries: SummaryReader } {
  return asksFresh(headers['Cache-Control']) ? { ...context, summaries: context.summaries.fresh() } : context;
}
