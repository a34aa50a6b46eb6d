import { useEffect, useEffectEvent, useRef } from 'react';
import { useReachable } from './use-reachable.ts';

/** An invisible marker. Calls back each time it scrolls into view, and while it is in view, when the server is reachable again. */
export function WhenSeen({ onSeen }: { readonly onSeen: () => void }) {
  const place = useRef<HTMLSpanElement>(null);
  const isSeen = useRef(false);
  const seen = useEffectEvent(onSeen);
  useReachable(() => {
    if (isSeen.current) onSeen();
  });
  useEffect(() => {
    if (!place.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        isSeen.current = entries.at(-1)?.isIntersecting === true;
        if (isSeen.current) seen();
      },
      { rootMargin: '300px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return <span ref={place} aria-hidden="true" />;
}
