import * as z from 'zod/mini';
import { NETWORKS } from './breakable-fetch.ts';

/** The two sides of the demo, by the part of the address that names them, and users of the example data. */
export const SIDES = {
  left: { name: 'Ada', handle: 'ada', other: 'grace' },
  right: { name: 'Grace', handle: 'grace', other: 'ada' },
} as const;
export type Side = keyof typeof SIDES;

/** Returns the address below which a side's screens have theirs. */
export const baseOf = (side: Side): string => `/demo/${side}`;

/** Returns the side that an address belongs to; none: it is the demo's own. */
export function sideOf(path: string): Side | undefined {
  const [, , name] = path.split('/');
  return name === 'left' || name === 'right' ? name : undefined;
}

const report = z.object({
  side: z.literal(['left', 'right']),
  network: z.literal(NETWORKS),
  /** How many messages wait to be sent. */
  waiting: z.int(),
  /** What followed the last time that the network was broken. */
  repair: z.optional(
    z.object({
      /** Messages that waited. */
      waited: z.int(),
      /** How often the server responded to a request that sends one of them. */
      arrivals: z.int(),
      /** How often the server has these messages; absent until none waits any more. */
      stored: z.optional(z.int()),
      /** Messages of others that were fetched because their events were missed. */
      fetched: z.int(),
    }),
  ),
});

/** What a side reports to the page around it, whenever it changes. */
export type Report = z.infer<typeof report>;
export type Repair = NonNullable<Report['repair']>;

/** Reads a report; returns nothing for a message of another kind. */
export function readReport(data: unknown): Report | undefined {
  return report.safeParse(data).data;
}

const command = z.object({ network: z.literal(NETWORKS) });

/** What the page asks of a side. */
export type Command = z.infer<typeof command>;

/** Reads a command; returns nothing for a message of another kind. */
export function readCommand(data: unknown): Command | undefined {
  return command.safeParse(data).data;
}
