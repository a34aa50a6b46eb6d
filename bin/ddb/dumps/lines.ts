/**
 * The lines of a text that comes in pieces, without their ends; no line is empty. `node:readline` will not do: its newer
 * versions end a line at U+2028 too, which JSON leaves as it is.
 */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
