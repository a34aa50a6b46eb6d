/** Drawn large enough for a colour to be seen. In pixels. */
const SIZE = 24;
const CHANNELS = 4;
/** Grey pixels differ less between their channels. */
const COLOURFUL = 32;

/**
 * Has the emoji of the build shown (`fonts.css`) on a device without emoji in colour, as most Linux installations are: its
 * fonts have outlines of a few, and boxes for the others. A part of that font is fetched when the first of its emoji is shown.
 */
export function showEmojiInColour(page: Document): void {
  if (!drawsInColour(page)) page.documentElement.dataset['emoji'] = 'bundled';
}

/** Whether the device's own fonts draw an emoji with a colour. Where it cannot be known, they count as if they did. */
function drawsInColour(page: Document): boolean {
  const canvas = page.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return true;
  context.textBaseline = 'top';
  context.font = `${SIZE}px sans-serif`;
  context.fillText('😀', 0, 0);
  const { data } = context.getImageData(0, 0, SIZE, SIZE);
  for (let at = 0; at < data.length; at += CHANNELS) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOURFUL) return true;
  }
  return false;
}
