/** The cursor of the next page, from the API's `Link` header; undefined on the last page. */
export function cursorOf(link: string | null): string | undefined {
  const next = /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1];
  const query = next?.split('?', 2)[1];
  return new URLSearchParams(query).get('cursor') ?? undefined;
}
