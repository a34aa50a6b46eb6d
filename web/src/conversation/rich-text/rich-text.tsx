import { Fragment, type ReactNode } from 'react';
import { CodeBlock } from './code-block.tsx';
import { type Block, type Inline, markupOf } from './markup.ts';
import { Mention } from './mention.tsx';
import { type Mentioned, withMentions } from './mentions.ts';

/** The elements of a text with its markup. */
export function richTextOf(text: string, mentioned: Mentioned | undefined): ReactNode {
  const written = markupOf(text);
  const blocks = mentioned ? withMentions(written, text, mentioned) : written;
  const [first] = blocks;
  if (blocks.length === 1 && first?.kind === 'text')
    return <Lines parts={first.parts} className="bubble-text" />;
  return <div className="bubble-text rich">{blocks.map(blockView)}</div>;
}

function blockView(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case 'text':
      return <Lines key={key} parts={block.parts} />;
    case 'quote':
      return <blockquote key={key}>{block.blocks.map(blockView)}</blockquote>;
    case 'code':
      return <CodeBlock key={key} text={block.text} />;
    case 'list': {
      const items = block.items.map((blocks, place) => <li key={place}>{blocks.map(blockView)}</li>);
      return block.start === undefined ? (
        <ul key={key} dir="auto">
          {items}
        </ul>
      ) : (
        <ol key={key} dir="auto" start={block.start}>
          {items}
        </ol>
      );
    }
  }
}

/** Paragraphs: their line breaks are those of the text. */
function Lines({ parts, className }: { readonly parts: readonly Inline[]; readonly className?: string }) {
  return (
    <p className={className} dir={className === undefined ? 'auto' : undefined}>
      {parts.map(inlineView)}
    </p>
  );
}

function inlineView(part: Inline, key: number): ReactNode {
  if (typeof part === 'string') return <Fragment key={key}>{part}</Fragment>;
  switch (part.kind) {
    case 'code':
      return <code key={key}>{part.text}</code>;
    case 'mention':
      return <Mention key={key} of={part.of} />;
    case 'link':
      return (
        // The tooltip shows where a link with other words leads.
        <a key={key} href={part.href} title={part.href} target="_blank" rel="noopener noreferrer nofollow">
          {part.parts.map(inlineView)}
        </a>
      );
    case 'strong':
    case 'em':
    case 'del': {
      const Tag = part.kind;
      return <Tag key={key}>{part.parts.map(inlineView)}</Tag>;
    }
  }
}
