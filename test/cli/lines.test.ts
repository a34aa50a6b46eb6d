import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { linesOf } from '../../cli/dumps/item-json.ts';

it('lines are separated by line feeds only, also if a text arrives in pieces', async () => {
  const line = fc.string({
    unit: fc.constantFrom('a', '"', '\r', '\u2028', '\u2029', '\u0085', '💬'),
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(20)), fc.boolean(), async (lines, sizes, ended) => {
      const text = lines.join('\n') + (ended ? '\n' : '');
      const found: string[] = [];
      for await (const one of linesOf(pieces(text, sizes))) found.push(one);
      expect(found).toEqual(lines);
    }),
  );
});

async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<string> {
  let from = 0;
  for (const size of sizes) {
    yield text.slice(from, from + size);
    from += size;
  }
  await Promise.resolve();
  yield text.slice(from);
}
