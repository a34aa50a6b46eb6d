import { useSyncExternalStore } from 'react';
import { Subject } from '../chat/subject.ts';
import type { Mentioned } from './rich-text/mentions.ts';
import type { richTextOf } from './rich-text/rich-text.tsx';

/** Matches up to three emoji and nothing else. */
const FEW_EMOJI = /^\p{RGI_Emoji}{1,3}$/v;

const loaded = new Subject<typeof richTextOf | undefined>(undefined);

/** A message's text, with its markup. It is plain until the code for that is loaded, and where that cannot be. */
export function MessageText(props: {
  readonly text: string | null;
  /** Whom it mentions, once it is stored. */
  readonly mentioned?: Mentioned;
}) {
  const { text, mentioned } = props;
  const richText = useSyncExternalStore(subscribe, loaded.get);
  if (text === null) return <em className="bubble-text">Message deleted</em>;
  const isBig = FEW_EMOJI.test(text);
  if (richText && !isBig) return richText(text, mentioned);
  return (
    <p className="bubble-text" dir="auto" data-big={isBig}>
      {text}
    </p>
  );
}

function subscribe(listener: () => void): () => void {
  if (!loaded.get()) void fetchRichText();
  return loaded.subscribe(listener);
}

async function fetchRichText(): Promise<void> {
  try {
    loaded.set((await import('./rich-text/rich-text.tsx')).richTextOf);
  } catch {
    // The next message that is shown tries again.
  }
}
