import type { AttachedFile } from '../../../client/src/index.ts';

/* Where the files of a message are in its bubble: known before the code that shows them is loaded. */

/** In pixels, as in files.css. */
const WIDTH = 320;
const GAP = 4;
const CARD = 56;
/** Below the files, before a text. */
const BELOW = 6;

/** A picture alone is not flatter or narrower than this: the rest is cut off, and shown when it is opened. */
const FLATTEST = 2.5;
const NARROWEST = 0.6;
/** The smallest side of a picture alone that can still be pressed. */
const SMALLEST = 120;

/** Pictures that every browser shows. Any other type is shown as a file. */
const PICTURE = /^image\/(?:png|jpeg|gif|webp|avif)$/;

type Measured = Pick<AttachedFile, 'width' | 'height'>;

/** Whether a file is shown as a picture. */
export function isPicture({ type }: Pick<AttachedFile, 'type'>): boolean {
  return PICTURE.test(type);
}

/** The size in which a picture alone is shown, in pixels. One whose size is unknown gets the space of most photographs. */
export function pictureBox({ width = 4_000, height = 3_000 }: Measured): { width: number; height: number } {
  const ratio = Math.min(FLATTEST, Math.max(NARROWEST, width / height));
  const longest = Math.min(WIDTH, Math.max(width, height, SMALLEST));
  return ratio >= 1
    ? { width: longest, height: Math.round(longest / ratio) }
    : { width: Math.round(longest * ratio), height: longest };
}

/** The height of a message's files, in pixels, where there is room for their width. */
export function filesHeight(files: readonly (Measured & Pick<AttachedFile, 'type'>)[] = []): number {
  if (files.length === 0) return 0;
  const pictures = files.filter(isPicture);
  const cards = files.length - pictures.length;
  const blocks = [gridHeight(pictures), cards * (CARD + GAP) - GAP].filter((height) => height > 0);
  return blocks.reduce((sum, height) => sum + height + GAP, BELOW - GAP);
}

/** Of two columns of squares; the last of an odd number is as wide as both. */
function gridHeight(pictures: readonly Measured[]): number {
  const [first, second] = pictures;
  if (!first) return 0;
  if (!second) return pictureBox(first).height;
  const rows = Math.ceil(pictures.length / 2);
  return rows * ((WIDTH - GAP) / 2 + GAP) - GAP;
}
