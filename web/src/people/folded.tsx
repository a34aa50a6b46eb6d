import { createContext, useContext, useState } from 'react';
import { BlockIcon } from '../ui/icons.tsx';

/** Ids of the users of the open conversation whose messages are folded, also where they are quoted or pinned. */
export const FoldedAuthors = createContext<ReadonlySet<string>>(new Set());

/** Whether what a user wrote is folded: until it is revealed. */
export function useFolded(author: string): { readonly isFolded: boolean; readonly reveal: () => void } {
  const [isRevealed, setIsRevealed] = useState(false);
  const isFolded = useContext(FoldedAuthors).has(author) && !isRevealed;
  return { isFolded, reveal: () => setIsRevealed(true) };
}

/** In place of one message of a user whom the user blocks, on the button that reveals it. */
export function FoldedMessage() {
  return (
    <span className="folded">
      <BlockIcon /> Message of a blocked user. <span className="link">Show</span>
    </span>
  );
}
