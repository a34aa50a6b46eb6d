/** The cursor of the next page, from the API's `Link` header; undefined on the last page. */
export function cursorOf(link: string | null): string | undefined {
  return nextOf(link, 'cursor');
}

/** The number after which the next page begins, from the API's `Link` header; undefined on the last page. */
export function nextAfter(link: string | null): number | undefined {
  const after = nextOf(link, 'after');
  return after === undefined ? undefined : Number(after);
}

/** The seq before which the next page begins, from the API's `Link` header; undefined on the last page. */
export function nextBefore(link: string | null): string | undefined {
  return nextOf(link, 'before');
}

function nextOf(link: string | null, parameter: string): string | undefined {
  const next = /<([^>]*)>; rel="next"/.exec(link ?? '')?.[1];
  const query = next?.split('?', 2)[1];
  return new URLSearchParams(query).get(parameter) ?? undefined;
}
