import type { Units } from '../backend/table/capacity-meter.ts';
import type { ApiClient } from './api-client.ts';
import type { EngineBench } from './bench.ts';
import { type CurveRequest, type CurveRequests, curveRequests } from './curves.ts';
import type { Plan } from './plan.ts';
import { median } from './statistics.ts';
import { unitsText, usageOf } from './units.ts';

/** The cost of one kind of request at each size. */
export interface Curve extends Pick<CurveRequests, 'grows' | 'name' | 'family'> {
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly size: number;
  readonly units: Units;
  readonly medianMs: number;
}

/** Number of requests before those that are timed: code is compiled, names and tails are read. */
const WARM_UP = 5;

/** Measures units and times along every growth curve, with one client. @param progress called before each measurement. */
export async function measureGrowth(
  bench: EngineBench,
  { samples }: Plan,
  progress: (text: string) => void,
): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const { grows, name, family, points } of curveRequests(bench.world)) {
    progress(`growth: ${name}, by ${grows}`);
    const times = await timeInTurn(
      bench.api.client,
      points.map((point) => point.request),
      samples,
    );
    const measured: CurvePoint[] = [];
    for (const [place, { size, request }] of points.entries()) {
      const { metered } = bench;
      const units = await usageOf(metered.api, () => request(metered.api.client));
      measured.push({ size, units, medianMs: times[place] ?? NaN });
    }
    curves.push({ grows, name, family, points: measured });
  }
  return curves;
}

/** Returns the median time of each of these requests. They take turns, so that a disturbance affects all of them. */
async function timeInTurn(
  api: ApiClient,
  requests: readonly CurveRequest[],
  samples: number,
): Promise<number[]> {
  const times = requests.map((): number[] => []);
  for (let sample = -WARM_UP; sample < samples; sample += 1) {
    for (const [place, request] of requests.entries()) {
      const begun = performance.now();
      await request(api);
      if (sample >= 0) times[place]?.push(performance.now() - begun);
    }
  }
  return times.map(median);
}

/** Lists the families whose requests do not all cost the same units, one on each line: there must be none. */
export function growingCosts(curves: readonly Curve[]): string[] {
  const families = new Set(curves.map((curve) => curve.family));
  return [...families].flatMap((family) => {
    const costs = curves
      .filter((curve) => curve.family === family)
      .flatMap(({ name, points }) =>
        points.map(({ size, units }) => ({ units: unitsText(units), at: `${name} of ${size}` })),
      );
    if (new Set(costs.map((cost) => cost.units)).size <= 1) return [];
    return [`${family}: ${costs.map(({ units, at }) => `${at}: ${units}`).join(', ')}`];
  });
}
