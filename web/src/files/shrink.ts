import { isPicture } from './file-layout.ts';
import { type ChosenFile, mayShrink } from './new-file.ts';

/** The longest side of a picture that was made smaller, and of a preview, in pixels. */
const LONGEST = 2_048;
const LONGEST_PREVIEW = 192;
/** Of JPEG and WebP, between 0 and 1: losses are hardly visible. */
const QUALITY = 0.85;
/** What tells whether a picture moves is at its beginning, in bytes. */
const HEAD = 65_536;
/** The largest side that a message can state. */
const MAX_PIXELS = 65_535;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A file as it is uploaded. Of pictures that the browser can read, with their size and a preview. */
export interface PreparedFile extends Partial<Size> {
  readonly content: Blob;
  readonly preview?: ImageBitmap;
}

/**
 * Prepares a file. A picture is drawn again with at most LONGEST pixels, upright and without its metadata, such as the place
 * where it was taken, if that makes it smaller. Otherwise, and if it moves, it stays as it is.
 */
export async function prepareFile(file: File, { type }: Pick<ChosenFile, 'type'>): Promise<PreparedFile> {
  const bitmap = isPicture({ type }) ? await readPicture(file) : undefined;
  if (!bitmap) return { content: file };
  try {
    const drawn = mayShrink({ type }) ? await redraw(bitmap, file, type) : undefined;
    const { width, height } = drawn ?? bitmap;
    const isMeasured = width <= MAX_PIXELS && height <= MAX_PIXELS;
    return {
      content: drawn?.content ?? file,
      preview: await previewOf(bitmap),
      ...(isMeasured && { width, height }),
    };
  } finally {
    bitmap.close();
  }
}

/** The size of a picture whose longest side has a limit. */
export function fitted({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** Whether a PNG or WebP picture moves, by its first bytes: drawn again, it would stand still. */
export function isAnimated(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head);
  if (text.startsWith('RIFF')) return text.slice(12, 16) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0;
  const content = text.indexOf('IDAT');
  return text.startsWith('PNG', 1) && text.slice(0, content < 0 ? undefined : content).includes('acTL');
}

/** Reads a picture as its metadata turn it. */
async function readPicture(file: Blob): Promise<ImageBitmap | undefined> {
  return createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
}

async function redraw(
  bitmap: ImageBitmap,
  file: File,
  type: string,
): Promise<(Size & { readonly content: Blob }) | undefined> {
  if (isAnimated(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()))) return undefined;
  const size = fitted(bitmap, LONGEST);
  const canvas = Object.assign(document.createElement('canvas'), size);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, size.width, size.height);
  const content = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY));
  // A browser that cannot write a type writes PNG.
  return content?.type === type && content.size < file.size ? { ...size, content } : undefined;
}

function previewOf(bitmap: ImageBitmap): Promise<ImageBitmap> {
  const { width: resizeWidth, height: resizeHeight } = fitted(bitmap, LONGEST_PREVIEW);
  return createImageBitmap(bitmap, { resizeWidth, resizeHeight, resizeQuality: 'medium' });
}
