import { ALL, MAX_SHOWN_MENTIONS, mentionsIn, mentionWords } from '../../../../schema/mentions.ts';
import type { Named } from '../../../../client/src/index.ts';
import { isolateName } from '../../../../schema/isolate-name.ts';
import { PREVIEW_CODE_POINTS } from '../../../../schema/preview.ts';
import type { Block, Inline } from './markup.ts';

/** Whom a message mentions, by the API. */
export interface Mentioned {
  readonly mentions: readonly Named[];
  readonly mentions_all: boolean;
}

type Target = Named | typeof ALL;

/**
 * Marks the words of a text that mention users. Only the API says who is mentioned: a word that is like a name, and is
 * none of these, stays text. In code and in links nothing is marked.
 */
export function withMentions(blocks: readonly Block[], text: string, mentioned: Mentioned): readonly Block[] {
  const { mentions, mentions_all } = mentioned;
  if (mentions.length === 0 && !mentions_all) return blocks;
  const targets = targetsOf(text, mentioned);
  return blocks.map((block) => inBlock(block, targets));
}

/** What a message shows as it was written: code, and addresses. */
const AS_WRITTEN = /(`+[^`]*`+|https?:\/\/\S+)/;
/** Code points by which a beginning can be shorter than PREVIEW_CODE_POINTS: those of a long emoji. */
const LONG_CHARACTER = 20;

/**
 * A text without markup, in which mentions are the names that users have now, as in the message itself: for quotes, pins and
 * lists.
 * @param isWhole whether it has all of the text and all of its mentions. By default it may be a beginning.
 */
export function withNames(
  text: string,
  mentions: readonly Named[],
  isWhole = isSurelyWhole(text, mentions),
): string {
  if (mentions.length === 0) return text;
  const targets = targetsOf(text, { mentions, mentions_all: false }, isWhole);
  const parts = text.split(AS_WRITTEN).map((part, place) => {
    // The parts between the others are those that the expression matches.
    return place % 2 === 1 ? part : inText(part, targets).map(nameIn).join('');
  });
  return parts.join('');
}

/** Whether a beginning is the whole text. Where it may not be, the order of words says nothing about who is mentioned. */
function isSurelyWhole(text: string, mentions: readonly Named[]): boolean {
  const length = Array.from(text).length;
  return length <= PREVIEW_CODE_POINTS - LONG_CHARACTER && mentions.length < MAX_SHOWN_MENTIONS;
}

function nameIn(part: Inline): string {
  if (typeof part === 'string') return part;
  return part.kind === 'mention' && part.of !== ALL ? `@${isolateName(part.of.display_name)}` : '';
}

/**
 * Returns who is meant by each handle of a text. If each word mentions another user, the order is certain: so a user is
 * found who has changed their handle since. Otherwise users are found by the handles that they have now.
 */
function targetsOf(
  text: string,
  { mentions, mentions_all }: Mentioned,
  isWhole = true,
): ReadonlyMap<string, Target> {
  const { words } = mentionsIn(text);
  const isCertain = isWhole && words.length === mentions.length;
  const users = mentions.map((user, place): readonly [string, Target] => {
    const handles = isCertain ? (words[place] ?? []) : [];
    // A punctuation mark at the end is seldom part of a handle.
    return [handles.includes(user.handle) ? user.handle : (handles.at(-1) ?? user.handle), user];
  });
  return new Map<string, Target>([...users, ...(mentions_all ? [[ALL, ALL] as const] : [])]);
}

function inBlock(block: Block, targets: ReadonlyMap<string, Target>): Block {
  switch (block.kind) {
    case 'text':
      return { ...block, parts: inParts(block.parts, targets) };
    case 'quote':
      return { ...block, blocks: block.blocks.map((inner) => inBlock(inner, targets)) };
    case 'list':
      return { ...block, items: block.items.map((item) => item.map((inner) => inBlock(inner, targets))) };
    case 'code':
      return block;
  }
}

function inParts(parts: readonly Inline[], targets: ReadonlyMap<string, Target>): readonly Inline[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return inText(part, targets);
    const isMarked = part.kind === 'strong' || part.kind === 'em' || part.kind === 'del';
    return isMarked ? { ...part, parts: inParts(part.parts, targets) } : part;
  });
}

function inText(text: string, targets: ReadonlyMap<string, Target>): readonly Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  for (const { at, handles } of mentionWords(text)) {
    const handle = handles.find((one) => targets.has(one));
    const of = handle === undefined ? undefined : targets.get(handle);
    if (handle === undefined || of === undefined) continue;
    parts.push(text.slice(end, at), { kind: 'mention', of });
    end = at + 1 + handle.length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}
