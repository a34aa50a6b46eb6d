/** The cursor of the next page, from a `Link` header as the API writes it; undefined on the last one. */
export function cursorOf(link: string | null): string | undefined {
  const next = /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1];
  const query = next?.split('?', 2)[1];
  return new URLSearchParams(query).get('cursor') ?? undefined;
}
