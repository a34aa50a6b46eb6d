import { isolateName } from '../../../schema/isolate-name.ts';
import type { AttachedFile } from '../../../client/src/index.ts';

const KB = 1_024;
const UNITS = ['KB', 'MB', 'GB'] as const;
/** Below this there is one decimal. */
const DECIMALS_BELOW = 10;

/** A size in the largest unit of which there is at least one: `48 KB`, `1.5 MB`. Units are of 1,024, as those of the limits. */
export function sizeWords(bytes: number): string {
  if (bytes < KB) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes / KB;
  let unit = 0;
  // What would be rounded to 1,024 is one of the next unit.
  while (Math.round(value) >= KB && unit < UNITS.length - 1) {
    value /= KB;
    unit += 1;
  }
  const shown = value < DECIMALS_BELOW ? Math.round(value * 10) / 10 : Math.round(value);
  return `${shown.toLocaleString('en')} ${UNITS[unit] ?? ''}`;
}

const EXTENSION = /\.([\p{L}\p{N}]{1,5})$/u;
const KINDS: Readonly<Record<string, string>> = {
  image: 'Picture',
  audio: 'Sound',
  video: 'Video',
  text: 'Text',
};

/** The kind of a file: what its name ends with, or else what its type says. */
export function kindWords({ name, type }: Pick<AttachedFile, 'name' | 'type'>): string {
  const [, extension] = EXTENSION.exec(name) ?? [];
  const [group = ''] = type.split('/');
  return extension?.toUpperCase() ?? KINDS[group] ?? 'File';
}

/** A file as a screen reader names it. */
export function fileLabel(file: AttachedFile): string {
  return `${isolateName(file.name)}, ${kindWords(file)}, ${sizeWords(file.size)}`;
}
