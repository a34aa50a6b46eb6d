import type { Curve } from './growth.ts';
import type { Measurement } from './loop.ts';
import type { OperationName } from './operations.ts';
import { clientsText } from './plan.ts';
import { median, type Spread, spread } from './statistics.ts';
import { type Cell, COMPARED } from './throughput.ts';
import { type OperationUnits, unitsText } from './units.ts';

/** A table of texts, for a terminal or a page. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Upper limits of the API's ratios: of CPU time to a raw loop with the SDK's defaults and to the raw loop, and of p99 to the latter. */
export const AIMS = { defaults: 0.6, cpu: 1, p99: 1.2, p99At: [8, 32] } as const;

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

/** CPU time of the API compared with itself over the SDK's client, and with raw loops over both clients. */
export function clientsGrid(cells: readonly Cell[]): Grid {
  const texts = { sdkApi: 'API, DDB_CLIENT=sdk', lean: 'loop, our client', defaults: 'loop, SDK defaults' };
  return {
    head: ['operation', 'clients', 'API', ...COMPARED.flatMap((side) => [texts[side], 'API / it'])],
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
  return cells.flatMap((cell) => {
    const place = { operation: cell.name, clients: cell.clients };
    const cpu = { aim: 'CPU', ...place, ratio: ratio(cell, 'cpuMs').median, limit: AIMS.cpu };
    const p99 = { aim: 'p99', ...place, ratio: ratio(cell, 'p99Ms').median, limit: AIMS.p99 };
    const defaults = { aim: 'defaults', ...place, limit: AIMS.defaults };
    return [
      ...(isCompared(cell)
        ? [{ ...defaults, ratio: ratioOf(cell.api, cell.compared.defaults, 'cpuMs').median }]
        : []),
      cpu,
      ...(AIMS.p99At.some((clients) => clients === cell.clients) ? [p99] : []),
    ];
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
    head: ['API / raw loop', 'aim', 'median (min–max)', 'reached in', 'furthest off'],
    rows: [
      row('defaults', "CPU an operation, to the SDK's defaults", AIMS.defaults),
      row('CPU', 'CPU an operation', AIMS.cpu),
      row('p99', `p99 at ${AIMS.p99At.join(' and ')} clients`, AIMS.p99),
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
