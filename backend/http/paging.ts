import type { Request, Response } from 'express';

/**
 * Sets the `Link` header (RFC 8288) with the adjacent pages. The references are relative: a client resolves them against
 * the URL that it requested, whatever proxies are in between.
 * @param pages by relation, each with its query parameters; undefined where there is no page.
 */
export function linkPages(
  request: Pick<Request, 'originalUrl'>,
  response: Response,
  pages: Readonly<Record<string, Readonly<Record<string, string | number>> | undefined>>,
): void {
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  const links: string[] = [];
  for (const [relation, parameters] of Object.entries(pages)) {
    if (parameters === undefined) continue;
    const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    links.push(`<${path}?${query.join('&')}>; rel="${relation}"`);
  }
  if (links.length > 0) response.setHeader('Link', links.join(', '));
}
