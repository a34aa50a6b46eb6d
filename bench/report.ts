import type { Curve } from './growth.ts';
import type { Measurement } from './loop.ts';
import type { OperationName } from './operations.ts';
import { clientsText } from './plan.ts';
import type { Results } from './results.ts';
import { median, type Spread, spread } from './statistics.ts';
import { type Cell, COMPARED, type Compared, type ComparedCell } from './throughput.ts';
import { type OperationUnits, unitsText } from './units.ts';

/** A table of texts, for a terminal or a page. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Upper limits of the API's ratios: of CPU time to raw loops with the SDK's document client, with its defaults and with the
 * API's settings, and of p99 to the latter. There is none for the loop with the API's own client, which was written for these.
 */
export const AIMS = { defaults: 0.6, raw: 1, p99: 1.2, at: [8, 32] } as const;

type Figure = keyof Measurement;

/** Throughput and times of both sides, a row for each operation and number of clients. */
export function throughputGrid(cells: readonly Cell[]): Grid {
  return {
    head: ['operation', 'clients', 'per second', 'ratio', 'p50 ms', 'p99 ms', 'ratio'],
    rows: cells.map((cell) => [
      cell.name,
      String(cell.clients),
      both(cell, 'perSecond', 0),
      spreadText(ratio(cell, 'perSecond')),
      both(cell, 'p50Ms', 2),
      both(cell, 'p99Ms', 1),
      spreadText(ratio(cell, 'p99Ms')),
    ]),
  };
}

/** CPU time of both sides. */
export function cpuGrid(cells: readonly Cell[]): Grid {
  return {
    head: ['operation', 'clients', 'CPU ms', 'ratio'],
    rows: cells.map((cell) => [
      cell.name,
      String(cell.clients),
      both(cell, 'cpuMs', 2),
      spreadText(ratio(cell, 'cpuMs')),
    ]),
  };
}

const TITLES: Readonly<Record<Compared, string>> = {
  sdkApi: 'API, DDB_CLIENT=sdk',
  defaults: 'loop, document client, defaults',
  raw: 'loop, document client, our settings',
  lean: "loop, the API's client",
  floor: 'loop, no SDK',
};

/** CPU time of the API compared with itself over the SDK's client, and with raw loops. */
export function clientsGrid(cells: readonly ComparedCell[]): Grid {
  return {
    head: ['operation', 'clients', 'API', ...COMPARED.flatMap((side) => [TITLES[side], 'API / it'])],
    rows: cells.map((cell) => [
      cell.name,
      String(cell.clients),
      medianText(cell.api, 'cpuMs', 2),
      ...COMPARED.flatMap((side) => [
        medianText(cell[side], 'cpuMs', 2),
        spreadText(ratioOf(cell.api, cell[side], 'cpuMs')),
      ]),
    ]),
  };
}

/** Times of the same, p50 and p99. */
export function timesGrid(cells: readonly ComparedCell[]): Grid {
  const times = (figures: readonly Measurement[]) =>
    `${medianText(figures, 'p50Ms', 2)} / ${medianText(figures, 'p99Ms', 1)}`;
  return {
    head: ['operation', 'clients', 'API', ...COMPARED.map((side) => TITLES[side])],
    rows: cells.map((cell) => [
      cell.name,
      String(cell.clients),
      times(cell.api),
      ...COMPARED.map((side) => times(cell[side])),
    ]),
  };
}

export function unitsGrid(units: readonly OperationUnits[]): Grid {
  return {
    head: ['operation', 'API', 'raw loop'],
    rows: units.map(({ name, api, raw }) => [name, unitsText(api), unitsText(raw)]),
  };
}

/** Units and median times at each size, for the curves of one kind. */
export function growthGrid(curves: readonly Curve[], grows: Curve['grows']): Grid {
  const chosen = curves.filter((curve) => curve.grows === grows);
  const sizes = chosen[0]?.points.map((point) => point.size) ?? [];
  return {
    head: [
      'request',
      'units',
      ...sizes.map((size) => `ms at ${size.toLocaleString('en')}`),
      'largest / smallest',
    ],
    rows: chosen.map(({ name, points }) => {
      const [smallest, largest] = [points[0]?.medianMs ?? NaN, points.at(-1)?.medianMs ?? NaN];
      return [
        name,
        [...new Set(points.map(({ units }) => unitsText(units)))].join(', then '),
        ...points.map(({ medianMs }) => medianMs.toFixed(2)),
        (largest / smallest).toFixed(2),
      ];
    }),
  };
}

/** What the aims are set for, and how each is called. */
const AIMED = {
  defaults: 'CPU, to the document client with its defaults',
  raw: 'CPU, to the document client with our settings',
  p99: 'p99, to the same, recorded responses',
  p99OnEngine: 'p99, to the same, with the engine',
} as const;

type Aim = keyof typeof AIMED;

/** The result for one aim. */
export interface AimResult {
  readonly aim: Aim;
  readonly operation: OperationName;
  readonly clients: number;
  readonly ratio: number;
  readonly limit: number;
}

/** Every ratio that an aim is set for. */
export function aimResults({ compared, onEngine }: Results): AimResult[] {
  const resultOf = (aim: Aim, cell: Cell, { median: ratio }: Spread, limit: number): AimResult[] => {
    const isAimed = AIMS.at.some((clients) => clients === cell.clients);
    return isAimed ? [{ aim, operation: cell.name, clients: cell.clients, ratio, limit }] : [];
  };
  return [
    ...compared.flatMap((cell) => [
      ...resultOf('defaults', cell, ratioOf(cell.api, cell.defaults, 'cpuMs'), AIMS.defaults),
      ...resultOf('raw', cell, ratio(cell, 'cpuMs'), AIMS.raw),
      ...resultOf('p99', cell, ratio(cell, 'p99Ms'), AIMS.p99),
    ]),
    ...(onEngine?.throughput ?? []).flatMap((cell) =>
      resultOf('p99OnEngine', cell, ratio(cell, 'p99Ms'), AIMS.p99),
    ),
  ];
}

/** Formats each aim as one line: in how many places it is reached, and the ratios. */
export function aimsGrid(results: Results): Grid {
  const all = aimResults(results);
  const row = (aim: Aim): string[] => {
    const own = all.filter((result) => result.aim === aim);
    const [first] = own;
    if (!first) return [];
    const reached = own.filter(({ ratio, limit }) => ratio <= limit).length;
    const ratios = spread(own.map((result) => result.ratio));
    const worst = own.find((result) => result.ratio === ratios.max) ?? first;
    return [
      AIMED[aim],
      `≤ ${first.limit}`,
      spreadText(ratios),
      `${reached} of ${own.length}`,
      placeText(worst),
    ];
  };
  const aims: readonly Aim[] = ['defaults', 'raw', 'p99', 'p99OnEngine'];
  return {
    head: [
      `API / loop, at ${AIMS.at.join(' and ')} clients`,
      'aim',
      'median (min–max)',
      'reached in',
      'furthest off',
    ],
    rows: aims.map(row).filter((cells) => cells.length > 0),
  };
}

/** The places where an aim is missed, and by how much. */
export function missedGrid(results: Results): Grid {
  const missed = aimResults(results).filter(({ ratio, limit }) => ratio > limit);
  return {
    head: ['aim', 'at', 'ratio', 'above the aim by'],
    rows: missed.map((result) => [
      AIMED[result.aim],
      placeText(result),
      result.ratio.toFixed(2),
      `${Math.round((result.ratio / result.limit - 1) * 100)} %`,
    ]),
  };
}

function placeText({ operation, clients }: AimResult): string {
  return `${operation}, ${clientsText(clients)}`;
}

function both({ api, raw }: Cell, figure: Figure, digits: number): string {
  return `${medianText(api, figure, digits)} : ${medianText(raw, figure, digits)}`;
}

function medianText(figures: readonly Measurement[], figure: Figure, digits: number): string {
  return median(figures.map((measured) => measured[figure])).toFixed(digits);
}

/** Ratios of each round, so that what slowed both sides down cancels out. */
function ratio({ api, raw }: Cell, figure: Figure): Spread {
  return ratioOf(api, raw, figure);
}

function ratioOf(one: readonly Measurement[], other: readonly Measurement[], figure: Figure): Spread {
  return spread(one.map((measured, round) => measured[figure] / (other[round]?.[figure] ?? NaN)));
}

function spreadText({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}
