import { describe, expect, it } from '@jest/globals';
import { type Block, type Inline, markupOf } from '../../web/src/conversation/rich-text/markup.ts';

const text = (...parts: Inline[]): Block => ({ kind: 'text', parts });
const link = (href: string, words = href): Inline => ({ kind: 'link', href, parts: [words] });

describe('the markup of a message', () => {
  it.each<[string, string, readonly Block[]]>([
    ['bold', 'a **b** c', [text('a ', { kind: 'strong', parts: ['b'] }, ' c')]],
    ['italic', '_a_', [text({ kind: 'em', parts: ['a'] })]],
    ['strike', '~~a~~', [text({ kind: 'del', parts: ['a'] })]],
    ['inline code', '`a **b** <i>`', [text({ kind: 'code', text: 'a **b** <i>' })]],
    ['a link', 'see https://example.com/a_b_c.', [text('see ', link('https://example.com/a_b_c'), '.')]],
    ['a link with words', '[here](https://example.com)', [text(link('https://example.com', 'here'))]],
    ['a mailbox', 'ada@example.com', [text(link('mailto:ada@example.com', 'ada@example.com'))]],
    ['an escaped character', '\\*a\\*', [text('*', 'a', '*')]],
    ['a quote', '> a\n> b\n\nc', [{ kind: 'quote', blocks: [text('a\nb')] }, text('c')]],
    ['a list', '- a\n- b', [{ kind: 'list', start: undefined, items: [[text('a')], [text('b')]] }]],
    [
      'a list that begins at 3',
      '3. a\n4. b',
      [{ kind: 'list', start: 3, items: [[text('a')], [text('b')]] }],
    ],
    [
      'code between lines, with its indentation',
      'a\n```js\n  if (b) {\n\n    c\n```\nd',
      [text('a'), { kind: 'code', text: '  if (b) {\n\n    c' }, text('d')],
    ],
  ])('is found: %s', (_, written, blocks) => {
    expect(markupOf(written)).toEqual(blocks);
  });

  it.each([
    'one\ntwo\n\n\n\nthree',
    '    four spaces\n  and two',
    '# no heading',
    'a\n---\nb\n***',
    'snake_case_name and 2 * 3 * 4',
    '<script>alert(1)</script> <b>bold</b> <!-- -->',
    '&lt;b&gt; &amp; &#x3C;',
    '![picture](https://example.com/a.png)',
    '[words](javascript:alert(1))',
    '[words](data:text/html,<script>)',
    '[words](vbscript:x) [words](/messages) [words](file:///etc/passwd)',
    '[a]: https-example\n[a][b]',
    'a | b\n--|--\nc | d',
    ' a  \n b\t',
  ])('leaves a text as it was written: %j', (written) => {
    expect(plainOf(markupOf(written))).toEqual(written);
  });

  it('makes links to pages and mailboxes alone', () => {
    const hrefs = hrefsOf(
      markupOf('[a](JAVASCRIPT:x) [b](https://x.de) <javascript:y> <http://z.de> www.w.de'),
    );
    expect(hrefs).toEqual(['https://x.de', 'http://z.de', 'http://www.w.de']);
  });

  it.each(['>', '- ', '*', '_', '`', '~', '[', '(', '![', '<', '**a', '[a](', '> - '])(
    'of a long text that repeats %j is found without a failure',
    (repeated) => {
      const written = repeated.repeat(8_192 / repeated.length);
      expect(depthOf(markupOf(written))).toBeLessThan(7);
    },
  );
});

/** A text without blocks and marks. */
function plainOf(blocks: readonly Block[]): string | undefined {
  const [block] = blocks;
  if (blocks.length !== 1 || block?.kind !== 'text') return undefined;
  return block.parts.map((part) => (typeof part === 'string' ? part : undefined)).join('');
}

function hrefsOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) =>
    block.kind === 'text'
      ? block.parts.flatMap((part) => (typeof part === 'object' && part.kind === 'link' ? [part.href] : []))
      : [],
  );
}

function depthOf(blocks: readonly Block[]): number {
  const depths = blocks.map((block) => {
    if (block.kind === 'quote') return 1 + depthOf(block.blocks);
    return block.kind === 'list' ? 1 + Math.max(0, ...block.items.map(depthOf)) : 1;
  });
  return Math.max(0, ...depths);
}
