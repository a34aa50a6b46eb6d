/** How much a run measures, and for how long. */
export interface Plan {
  readonly name: 'full' | 'quick';
  /** Clients that ask at the same time, each for one thing at a time. */
  readonly clients: readonly number[];
  /** How often each measurement is taken, API and raw loop in turn. */
  readonly rounds: number;
  /** How long each takes. */
  readonly windowMs: number;
  /** How long each side does each kind of work before it is measured, so that its code is compiled. */
  readonly warmUpMs: number;
  /** Messages in a group, and groups of a person, along which cost and time must not grow. */
  readonly messages: readonly number[];
  readonly groups: readonly number[];
  /** Requests whose median time is given for each point of a growth curve; there are as many marks to set at least. */
  readonly samples: number;
}

/** About four minutes on two cores. */
export const FULL: Plan = {
  name: 'full',
  clients: [1, 8, 32],
  rounds: 5,
  windowMs: 850,
  warmUpMs: 1_000,
  messages: [100, 1_000, 10_000, 100_000],
  groups: [20, 200, 2_000],
  samples: 80,
};

/** Shows within half a minute that the benchmark works; its figures are coarse. */
export const QUICK: Plan = {
  name: 'quick',
  clients: [1, 8, 32],
  rounds: 2,
  windowMs: 100,
  warmUpMs: 100,
  messages: [100, 1_000, 5_000],
  groups: [20, 200],
  samples: 10,
};

/** How many they are, in words. */
export function clientsText(clients: number): string {
  return clients === 1 ? '1 client' : `${clients} clients`;
}
