import { Fragment } from 'react';
import { Name } from './name.tsx';
import type { Sentence } from './sentence.ts';

/** A sentence in elements. It is in English, whatever the script of its first name. */
export function SentenceView({ words }: { readonly words: Sentence }) {
  return (
    <bdi dir="ltr">
      {words.map((part, place) => (
        <Fragment key={place}>{typeof part === 'string' ? part : <Name>{part.name}</Name>}</Fragment>
      ))}
    </bdi>
  );
}
