import { useEffect, useRef } from 'react';
import type { Suggestion } from './suggestion.ts';

/** The suggestions of a completion, above its field. The field names the selected one, and keeps the focus. */
export function CompletionList(props: {
  readonly id: string;
  readonly name: string;
  readonly suggestions: readonly Suggestion[];
  readonly selected: number;
  readonly onAccept: (suggestion: Suggestion) => void;
}) {
  const { id, name, suggestions, selected, onAccept } = props;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[selected]?.scrollIntoView({ block: 'nearest' });
  }, [selected, suggestions]);
  if (suggestions.length === 0) return null;
  return (
    <ul ref={list} id={id} className="completion" role="listbox" aria-label={name}>
      {suggestions.map((suggestion, place) => (
        <li
          key={suggestion.key}
          id={`${id}-${place}`}
          className="completion-item"
          role="option"
          aria-selected={place === selected}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onAccept(suggestion)}
        >
          <span className="completion-picture" aria-hidden="true">
            {suggestion.picture}
          </span>
          <span className="completion-label">{suggestion.label}</span>
          {suggestion.detail !== undefined && <span className="quiet">{suggestion.detail}</span>}
        </li>
      ))}
    </ul>
  );
}
