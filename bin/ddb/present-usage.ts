import type { Usage } from '../../backend/table/capacity-meter.ts';

/** What a piece of work cost, for a person: "used 3.5 R: Query 0.5, BatchGetItem 3". */
export function presentUsage({ R, W, byOperation }: Usage): string {
  const operations = Object.entries(byOperation).map(([name, units]) => `${name} ${units}`);
  const units = [...(W > 0 ? [`${W} W`] : []), ...(R > 0 || W === 0 ? [`${R} R`] : [])].join(' + ');
  return operations.length > 0 ? `used ${units}: ${operations.join(', ')}` : `used ${units}`;
}
