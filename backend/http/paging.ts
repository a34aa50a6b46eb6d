import type { Request, Response } from 'express';

/**
 * Sets the `Link` header (RFC 8288): where the pages beside this one are. The references are relative to the request's
 * own address, which a client resolves against what it called, whatever proxies stood between.
 * @param pages by relation, each with the query parameters that make it; one without a page is left out.
 */
export function linkPages(
  request: Pick<Request, 'originalUrl'>,
  response: Response,
  pages: Readonly<Record<string, Readonly<Record<string, string | number>> | undefined>>,
): void {
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  const links: Record<string, string> = {};
  for (const [relation, parameters] of Object.entries(pages)) {
    if (parameters === undefined) continue;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    links[relation] = `${path}?${query.toString()}`;
  }
  if (Object.keys(links).length > 0) response.links(links);
}
