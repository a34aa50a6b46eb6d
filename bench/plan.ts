/** How much a run measures, and for how long. */
export interface Plan {
  readonly name: 'full' | 'quick';
  /** Numbers of concurrent clients, each with one request at a time. */
  readonly clients: readonly number[];
  /** Number of repetitions of each measurement, API and raw loop in turn. */
  readonly rounds: number;
  /** Duration of each measurement. */
  readonly windowMs: number;
  /** Duration of the warm-up of each side and each kind of work, in which its code is compiled. */
  readonly warmUpMs: number;
  /** Numbers of messages in a group, and of groups of a person, along which cost and time must not grow. */
  readonly messages: readonly number[];
  readonly groups: readonly number[];
  /** Requests that are timed for each point of a growth curve; also the minimum number of read marks to set. */
  readonly samples: number;
}

/** Six to eight minutes on two cores, of which four are for the comparison with recorded responses. */
export const FULL: Plan = {
  name: 'full',
  clients: [1, 8, 32],
  rounds: 5,
  windowMs: 500,
  warmUpMs: 1_000,
  messages: [100, 1_000, 10_000, 100_000],
  groups: [100, 400, 2_000],
  samples: 80,
};

/** Shows in half a minute that the benchmark works; its figures are coarse. */
export const QUICK: Plan = {
  name: 'quick',
  clients: [1, 8],
  rounds: 2,
  windowMs: 100,
  warmUpMs: 100,
  messages: [100, 1_000, 5_000],
  groups: [100, 400],
  samples: 10,
};

/** Formats these numbers as words. */
export function clientsText(clients: number): string {
  return clients === 1 ? '1 client' : `${clients} clients`;
}
