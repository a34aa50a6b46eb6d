import { type Message, textOf } from '../../../client/src/index.ts';
import { filesHeight } from '../files/file-layout.ts';
import type { Row } from './rows.ts';

/** Heights in pixels, by the style sheet in a wide window. */
const HEIGHTS = {
  beginning: 44,
  day: 40,
  divider: 32,
  system: 30,
  run: 36,
  blocked: 36,
  more: 54,
  bubble: 36,
  gap: 8,
  reactions: 24,
  quote: 49,
  line: 20,
} as const;
/** Characters of one line in a wide window. */
const LINE_CHARACTERS = 72;

/** Estimates the height of a row, in pixels, until it is rendered and measured. A better estimate moves less. */
export function estimateHeight(row: Row | undefined): number {
  switch (row?.kind) {
    case undefined:
      return 0;
    case 'message':
      return (
        bubbleHeight(textOf(row.message) ?? '', row.first) +
        filesHeight(row.message.attachments) +
        quoteHeight(row.message.reply_to) +
        reactionsHeight(row.message)
      );
    case 'outgoing':
      return (
        bubbleHeight(row.outgoing.text, row.first) +
        filesHeight(row.outgoing.attachments) +
        quoteHeight(row.outgoing.replyTo)
      );
    case 'beginning':
    case 'day':
    case 'divider':
    case 'system':
    case 'run':
    case 'blocked':
    case 'more':
      return HEIGHTS[row.kind];
  }
}

const quoteHeight = (quote: object | undefined): number => (quote ? HEIGHTS.quote : 0);

function bubbleHeight(text: string, first: boolean): number {
  const lines = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_CHARACTERS)), 0);
  return HEIGHTS.bubble + (first ? HEIGHTS.gap : 0) + (lines - 1) * HEIGHTS.line;
}

function reactionsHeight({ reactions = [] }: Message): number {
  return reactions.length > 0 ? HEIGHTS.reactions : 0;
}
