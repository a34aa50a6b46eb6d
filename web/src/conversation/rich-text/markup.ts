import { Lexer, type Token, Tokenizer, type Tokens } from 'marked';
import type { Named } from '../../../../client/src/index.ts';

/** A part of a text: a run of paragraphs, with its line breaks as they were written, or a block between them. */
export type Block =
  | { readonly kind: 'text'; readonly parts: readonly Inline[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly start: number | undefined;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly kind: 'code'; readonly text: string };

/** A part of a line. */
export type Inline =
  | string
  | { readonly kind: 'strong' | 'em' | 'del'; readonly parts: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly parts: readonly Inline[] }
  /** A user, or all members. */
  | { readonly kind: 'mention'; readonly of: Named | 'all' };

/** Quotes and lists within each other. Deeper ones are shown as they were written. */
const MAX_DEPTH = 4;

/** What people write in a chat is seldom meant as one of these: it is shown as it was written. */
const NOT_MARKUP = [
  'heading',
  'lheading',
  'hr',
  'html',
  'tag',
  'def',
  'reflink',
  'table',
  'code',
  'br',
] as const;

const tokenizer = Object.assign(
  new Tokenizer(),
  Object.fromEntries(NOT_MARKUP.map((name) => [name, () => undefined])),
);

/** Where links may lead: an address of any other kind is text. */
const LINK_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * Finds the markup in a text: Markdown without headings, rules, tables, images, HTML and references. What is not named in
 * `Block` and `Inline` stays text, so nothing that a text contains can become any other element.
 */
export function markupOf(text: string): readonly Block[] {
  try {
    return blocksOf(new Lexer({ gfm: true, tokenizer }).lex(text), 1);
  } catch (error) {
    // Thousands of nested quotes are more than the parser's stack.
    if (error instanceof RangeError) return [{ kind: 'text', parts: [text] }];
    throw error;
  }
}

function blocksOf(tokens: readonly Token[], depth: number): readonly Block[] {
  const blocks: Block[] = [];
  let run: Inline[] = [];
  const endRun = () => {
    const parts = trimmed(run);
    if (parts.length > 0) blocks.push({ kind: 'text', parts });
    run = [];
  };
  for (const token of tokens) {
    const block = blockOf(token, depth);
    if (block) {
      endRun();
      blocks.push(block);
    } else run.push(...paragraphOf(token));
  }
  endRun();
  return blocks;
}

function blockOf(token: Token, depth: number): Block | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (isOf('blockquote', token)) return { kind: 'quote', blocks: blocksOf(token.tokens, depth + 1) };
  if (isOf('code', token)) return { kind: 'code', text: token.text };
  if (!isOf('list', token)) return undefined;
  const items = token.items.map((item) => blocksOf(item.tokens, depth + 1));
  return { kind: 'list', start: token.start === '' ? undefined : token.start, items };
}

/** Paragraphs, and the text of list items. Whatever else there is stays as it was written. */
function paragraphOf(token: Token): readonly Inline[] {
  if (!isOf('paragraph', token) && !isOf('text', token)) return [token.raw];
  const lineEnd = token.raw.startsWith(token.text) ? token.raw.slice(token.text.length) : '';
  return [...(token.tokens ? token.tokens.map(inlineOf) : [token.text]), lineEnd];
}

function inlineOf(token: Token): Inline {
  if (isOf('strong', token) || isOf('em', token) || isOf('del', token))
    return { kind: token.type, parts: token.tokens.map(inlineOf) };
  if (isOf('codespan', token)) return { kind: 'code', text: token.text };
  if (isOf('escape', token)) return token.text;
  if (isOf('link', token) && isSafe(token.href))
    return { kind: 'link', href: token.href, parts: token.tokens.map(inlineOf) };
  return token.raw;
}

function isSafe(href: string): boolean {
  return URL.canParse(href) && LINK_PROTOCOLS.has(new URL(href).protocol);
}

/** A run of paragraphs without the empty lines before its first and after its last one: blocks have their own distance. */
function trimmed(run: readonly Inline[]): readonly Inline[] {
  const parts = run.filter((part) => part !== '');
  for (let first = parts[0]; typeof first === 'string' && first.startsWith('\n'); first = parts[0]) {
    const rest = first.replace(/^\n+/, '');
    parts.splice(0, 1, ...(rest === '' ? [] : [rest]));
  }
  for (let last = parts.at(-1); typeof last === 'string' && last.endsWith('\n'); last = parts.at(-1)) {
    const rest = last.replace(/\n+$/, '');
    parts.splice(-1, 1, ...(rest === '' ? [] : [rest]));
  }
  return parts;
}

type Known = Tokens.Blockquote | Tokens.Code | Tokens.List | Tokens.Paragraph | Tokens.Text | Inner;
type Inner = Tokens.Strong | Tokens.Em | Tokens.Del | Tokens.Codespan | Tokens.Escape | Tokens.Link;

function isOf<Type extends Known['type']>(
  type: Type,
  token: Token,
): token is Extract<Known, { readonly type: Type }> {
  return token.type === type;
}
