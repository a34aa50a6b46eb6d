import prettyBytes from 'pretty-bytes';
import type { Usage } from '../backend/table/capacity-meter.ts';

/** Formats a number of things: "1 group", "2,401 groups". */
export function countOf(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Formats a size in multiples of 1,024 bytes: "1.5 MiB". */
export function readableBytes(bytes: number): string {
  return prettyBytes(bytes, { binary: true, locale: 'en', maximumFractionDigits: 1 });
}

/** Formats the capacity that was used: "used 3.5 read units: Query 0.5, BatchGetItem 3". */
export function presentUsage({ R, W, byOperation }: Usage): string {
  const operations = Object.entries(byOperation).map(([name, units]) => `${name} ${units}`);
  const units = [
    ...(W > 0 ? [countOf(W, 'write unit')] : []),
    ...(R > 0 || W === 0 ? [countOf(R, 'read unit')] : []),
  ].join(' and ');
  return operations.length > 0 ? `used ${units}: ${operations.join(', ')}` : `used ${units}`;
}
