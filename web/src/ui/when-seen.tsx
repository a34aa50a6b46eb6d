import { useEffect, useEffectEvent, useRef } from 'react';

/** Shows nothing, and tells each time it comes into sight. */
export function WhenSeen({ onSeen }: { readonly onSeen: () => void }) {
  const place = useRef<HTMLSpanElement>(null);
  const seen = useEffectEvent(onSeen);
  useEffect(() => {
    if (!place.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) seen();
      },
      { rootMargin: '300px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return <span ref={place} aria-hidden="true" />;
}
