import { loadedLater } from '../ui/loaded-later.ts';
import type { Mentioned } from './rich-text/mentions.ts';

/** Matches up to three emoji and nothing else. */
const FEW_EMOJI = /^\p{RGI_Emoji}{1,3}$/v;

const useRichText = loadedLater(() => import('./rich-text/rich-text.tsx'));

/**
 * A message's text, with its markup. It is plain until the code for that is loaded, and where that cannot be. What is around
 * it has the text's direction.
 */
export function MessageText(props: {
  readonly text: string | null;
  /** Whom it mentions, once it is stored. */
  readonly mentioned?: Mentioned;
}) {
  const { text, mentioned } = props;
  const richText = useRichText();
  if (text === null) return <em className="bubble-text">Message deleted</em>;
  const isBig = FEW_EMOJI.test(text);
  if (richText && !isBig) return richText.richTextOf(text, mentioned);
  return (
    <p className="bubble-text" data-big={isBig}>
      {text}
    </p>
  );
}
