import { exactDate } from '../ui/times.ts';
import type { SearchState } from './message-search.ts';

/** Returns a sentence on how far a search has come. */
export function progressWords(state: SearchState): string {
  const { found, isSearching, isDone, error } = state;
  const count = `${found.length} ${found.length === 1 ? 'message' : 'messages'} found`;
  if (isSearching) return found.length === 0 ? `Searching… ${lookedWords(state)}` : `${count}. Searching…`;
  if (isDone) return found.length === 0 ? 'No messages found.' : `${count}.`;
  const soFar = found.length === 0 ? 'Nothing found so far' : `${count} so far`;
  return error === undefined ? `${soFar}. ${lookedWords(state)}` : `${soFar}.`;
}

function lookedWords({ lookedAt, backTo }: SearchState): string {
  if (lookedAt === 0) return '';
  const messages = `${lookedAt.toLocaleString('en')} ${lookedAt === 1 ? 'message' : 'messages'}`;
  return `Looked through ${messages}${backTo === undefined ? '' : `, back to ${exactDate(backTo)}`}.`;
}
