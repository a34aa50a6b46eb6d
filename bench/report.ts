import type { Curve } from './growth.ts';
import type { Measurement } from './loop.ts';
import type { OperationName } from './operations.ts';
import { clientsText } from './plan.ts';
import { median, type Spread, spread } from './statistics.ts';
import { type Cell, COMPARED, type Compared } from './throughput.ts';
import { type OperationUnits, unitsText } from './units.ts';

/** A table of texts, for a terminal or a page. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Upper limits of the API's ratios: of CPU time to raw loops with the SDK's defaults and with the API's own client, and of
 * p99 to the raw loop.
 */
export const AIMS = { defaults: 0.6, lean: 1, p99: 1.2, at: [8, 32] } as const;

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
  defaults: 'loop, SDK defaults',
  lean: 'loop, our client',
  floor: 'loop, no SDK',
};

/** CPU time of the API compared with itself over the SDK's client, and with raw loops. */
export function clientsGrid(cells: readonly Cell[]): Grid {
  return {
    head: ['operation', 'clients', 'API', ...COMPARED.flatMap((side) => [TITLES[side], 'API / it'])],
    rows: cells
      .filter(isCompared)
      .map(({ name, clients, api, compared }) => [
        name,
        String(clients),
        medianText(api, 'cpuMs', 2),
        ...COMPARED.flatMap((side) => [
          medianText(compared[side], 'cpuMs', 2),
          spreadText(ratioOf(api, compared[side], 'cpuMs')),
        ]),
      ]),
  };
}

/** Times of the same, p50 and p99. */
export function timesGrid(cells: readonly Cell[]): Grid {
  const times = (figures: readonly Measurement[]) =>
    `${medianText(figures, 'p50Ms', 2)} / ${medianText(figures, 'p99Ms', 1)}`;
  return {
    head: ['operation', 'clients', 'API', ...COMPARED.map((side) => TITLES[side])],
    rows: cells
      .filter(isCompared)
      .map(({ name, clients, api, compared }) => [
        name,
        String(clients),
        times(api),
        ...COMPARED.map((side) => times(compared[side])),
      ]),
  };
}

function isCompared({ compared }: Cell): boolean {
  return compared.defaults.length > 0;
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

/** The result for one aim. */
export interface AimResult {
  readonly aim: string;
  readonly operation: OperationName;
  readonly clients: number;
  readonly ratio: number;
  readonly limit: number;
}

/** Every ratio that an aim is set for. */
export function aimResults(cells: readonly Cell[]): AimResult[] {
  const aimed = cells.filter((cell) => AIMS.at.some((clients) => clients === cell.clients));
  return aimed.flatMap((cell) => {
    const place = { operation: cell.name, clients: cell.clients };
    const cpu = (['defaults', 'lean'] as const).map((aim) => {
      const { median } = ratioOf(cell.api, cell.compared[aim], 'cpuMs');
      return { aim, ...place, ratio: median, limit: AIMS[aim] };
    });
    const p99 = { aim: 'p99', ...place, ratio: ratio(cell, 'p99Ms').median, limit: AIMS.p99 };
    return [...(isCompared(cell) ? cpu : []), p99];
  });
}

/** Formats an aim as one line: in how many places it is reached, and the ratios. */
export function aimsGrid(cells: readonly Cell[]): Grid {
  const results = aimResults(cells);
  const row = (aim: string, what: string, limit: number) => {
    const own = results.filter((result) => result.aim === aim);
    const reached = own.filter((result) => result.ratio <= result.limit).length;
    const ratios = spread(own.map((result) => result.ratio));
    const worst = own.find((result) => result.ratio === ratios.max);
    return [
      what,
      `≤ ${limit}`,
      spreadText(ratios),
      `${reached} of ${own.length}`,
      worst ? `${worst.operation}, ${clientsText(worst.clients)}` : '',
    ];
  };
  return {
    head: [
      `API / loop, at ${AIMS.at.join(' and ')} clients`,
      'aim',
      'median (min–max)',
      'reached in',
      'furthest off',
    ],
    rows: [
      row('defaults', "CPU an operation, to the SDK's defaults", AIMS.defaults),
      row('lean', 'CPU an operation, to our client', AIMS.lean),
      row('p99', 'p99', AIMS.p99),
    ],
  };
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
