import type { Usage } from '../../backend/table/capacity-meter.ts';
import { countOf } from '../count-of.ts';

/** What a piece of work cost, for a person: "used 3.5 read units: Query 0.5, BatchGetItem 3". */
export function presentUsage({ R, W, byOperation }: Usage): string {
  const operations = Object.entries(byOperation).map(([name, units]) => `${name} ${units}`);
  const units = [
    ...(W > 0 ? [countOf(W, 'write unit')] : []),
    ...(R > 0 || W === 0 ? [countOf(R, 'read unit')] : []),
  ].join(' and ');
  return operations.length > 0 ? `used ${units}: ${operations.join(', ')}` : `used ${units}`;
}
