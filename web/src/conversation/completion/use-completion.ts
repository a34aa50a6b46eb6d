import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { stepOf } from '../../ui/roving-focus.ts';
import type { Suggestion } from './suggestion.ts';
import { completed, type Token, tokenAt, type Trigger } from './token.ts';

/** Completes the words that begin with a trigger. It has to be a stable value. */
export interface CompletionSource extends Trigger {
  /** The accessible name of the list. */
  readonly name: string;
  /** Returns the best suggestions first. What cannot be found is not suggested. */
  readonly find: (query: string) => readonly Suggestion[] | Promise<readonly Suggestion[]>;
}

interface Found {
  readonly token: Token<CompletionSource>;
  readonly suggestions: readonly Suggestion[];
}

/**
 * Completes words in a text field: shows suggestions while the cursor is behind the beginning of such a word. Arrow keys select
 * one, Enter and Tab accept it, Escape closes the list. The focus stays in the field.
 *
 *     const completion = useCompletion({ field, text, change, sources });
 *     <textarea {...completion.fieldProps} onKeyDown={(event) => { if (!completion.takesKey(event)) … }} />
 *     <CompletionList {...completion.list} />
 */
export function useCompletion(parts: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly sources: readonly CompletionSource[];
}) {
  const { field, text, change, sources } = parts;
  const id = useId();
  const [cursor, setCursor] = useState<number>();
  const [selected, setSelected] = useState(0);
  /** The position of a word whose list the user closed. */
  const [closedAt, setClosedAt] = useState<number>();
  const placeCursor = useCursor(field);
  const token = cursor === undefined ? undefined : tokenAt(text, cursor, sources);
  const accept = ({ from, to }: Token<CompletionSource>, { insert, isExact }: Suggestion): void => {
    const next = completed(text, { from, to }, isExact === true ? insert : `${insert} `);
    placeCursor(next.cursor);
    setCursor(undefined);
    change(next.text);
  };
  const found = useFound(token, (news) => {
    setSelected(0);
    const exact = news.suggestions.find(({ isExact }) => isExact);
    if (exact) accept(news.token, exact);
  });
  const isOpen = found !== undefined && found.suggestions.length > 0 && found.token.from !== closedAt;
  const suggestions = isOpen ? found.suggestions : [];
  const takesKey = (event: KeyboardEvent): boolean => {
    const suggestion = suggestions[selected];
    if (!found || !suggestion || isModified(event)) return false;
    const step = stepOf(event.key, 'column');
    if (step !== undefined) setSelected((selected + step + suggestions.length) % suggestions.length);
    else if (event.key === 'Enter' || event.key === 'Tab') accept(found.token, suggestion);
    else if (event.key === 'Escape') setClosedAt(found.token.from);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    /** Whether a key was one for the list. */
    takesKey,
    fieldProps: {
      'aria-autocomplete': 'list',
      'aria-controls': isOpen ? id : undefined,
      'aria-activedescendant': isOpen ? `${id}-${selected}` : undefined,
      onSelect: () => {
        const { selectionStart, selectionEnd } = field.current ?? {};
        const at = selectionStart === selectionEnd ? selectionStart : undefined;
        setCursor(at);
        if (at === undefined || tokenAt(text, at, sources)?.from !== closedAt) setClosedAt(undefined);
      },
      onBlur: () => setCursor(undefined),
    },
    list: {
      id,
      name: found?.token.kind.name ?? '',
      suggestions,
      selected,
      onAccept: (suggestion: Suggestion) => found && accept(found.token, suggestion),
    },
  } as const;
}

const isModified = ({ shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean =>
  shiftKey || ctrlKey || altKey || metaKey;

/** The suggestions for a word. Those of an earlier query stay until the next ones are found, if the word is the same. */
function useFound(
  token: Token<CompletionSource> | undefined,
  onFound: (found: Found) => void,
): Found | undefined {
  const [found, setFound] = useState<Found>();
  const notify = useRef(onFound);
  useLayoutEffect(() => {
    notify.current = onFound;
  });
  const { kind, from, to, query } = token ?? {};
  useEffect(() => {
    if (kind === undefined || from === undefined || to === undefined || query === undefined) return undefined;
    let isCurrent = true;
    const take = (suggestions: readonly Suggestion[]): void => {
      if (!isCurrent) return;
      const news: Found = { token: { kind, from, to, query }, suggestions };
      setFound(news);
      notify.current(news);
    };
    // Of a word that is only written, a failure is nothing to report.
    void Promise.resolve(kind.find(query)).then(take, () => take([]));
    return () => {
      isCurrent = false;
    };
  }, [kind, from, to, query]);
  if (!found || found.token.kind !== kind || found.token.from !== from) return undefined;
  return token && { ...found, token };
}

/** Moves the cursor of a field, once its next text is there. */
function useCursor(field: RefObject<HTMLTextAreaElement | null>): (at: number) => void {
  const next = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (next.current === undefined) return;
    field.current?.setSelectionRange(next.current, next.current);
    next.current = undefined;
  });
  return (at) => {
    next.current = at;
  };
}
