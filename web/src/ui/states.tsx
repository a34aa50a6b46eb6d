import type { ReactNode } from 'react';
import { SentenceView } from './sentence-view.tsx';
import type { Sentence } from './sentence.ts';

/** An illustration: two bubbles, with dots or an icon in the one in front. */
export function Scene({ children }: { readonly children?: ReactNode }) {
  return (
    <span className="scene" aria-hidden="true">
      <i />
      <i>
        {children ?? (
          <>
            <b />
            <b />
            <b />
          </>
        )}
      </i>
    </span>
  );
}

/** In place of content that does not exist: why, and what the user can do next. */
export function Empty(props: {
  readonly title: string;
  readonly words?: Sentence | string;
  readonly icon?: ReactNode;
  /** Buttons and links. */
  readonly children?: ReactNode;
  readonly className?: string;
}) {
  const { title, words, icon, children, className = 'placeholder' } = props;
  return (
    <div className={className}>
      <Scene>{icon}</Scene>
      <p className="placeholder-title" role="status">
        {title}
      </p>
      {words !== undefined && (
        <p className="quiet">{typeof words === 'string' ? words : <SentenceView words={words} />}</p>
      )}
      {children !== undefined && <div className="placeholder-actions">{children}</div>}
    </div>
  );
}

/** The shape of a list, or of messages, that loads. Screen readers say that it does. */
export function Skeleton({ of }: { readonly of: 'list' | 'messages' }) {
  const parts = Array.from({ length: PARTS[of] }, (_, place) => place);
  return (
    <div className="skeleton" data-of={of} role="status">
      <span className="for-screen-readers">Loading…</span>
      {parts.map((place) =>
        of === 'list' ? (
          <div key={place} className="skeleton-row">
            <i />
          </div>
        ) : (
          <div key={place} className="skeleton-bubble" />
        ),
      )}
    </div>
  );
}

const PARTS = { list: 9, messages: 8 } as const;
