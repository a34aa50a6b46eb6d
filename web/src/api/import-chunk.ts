import { ApiError } from './api-error.ts';

/** Which build of the screens this tab has reloaded itself from, in `sessionStorage`. */
const RELOADED_FROM = 'reloaded-from';

/**
 * Imports a chunk of the screens' code: `load` calls `import()`.
 *
 * A server that answers but has no such chunk has another build of the screens: the page is reloaded, once. What was
 * typed and what is outgoing is kept in `sessionStorage`, apart from the fields of an open dialog: then the user decides.
 * A page does not reload itself twice from one build, so that no fault of a server or a cache makes a loop of it: two
 * builds may be served in turns while a deployment goes on.
 * @throws ApiError `unreachable` when the server does not answer, `outdated` when the page has to be reloaded by hand.
 */
export async function importChunk<Chunk>(load: () => Promise<Chunk>): Promise<Chunk> {
  try {
    return await load();
  } catch (error) {
    if (!(await isPageServed())) throw new ApiError(0, ['unreachable'], { cause: error });
  }
  try {
    // The connection may have come back in between. A browser that remembers the failure reloads, too.
    return await load();
  } catch (error) {
    if (!mayReload()) throw new ApiError(404, ['outdated'], { cause: error });
    sessionStorage.setItem(RELOADED_FROM, build());
    window.location.reload();
    return new Promise<never>(() => undefined);
  }
}

/** Whether a reload would bring a page: without one, the reload would be the end of this one. */
async function isPageServed(): Promise<boolean> {
  try {
    const response = await fetch(window.location.pathname, {
      headers: { Accept: 'text/html' },
      cache: 'no-store',
    });
    return response.ok;
  } catch {
    return false;
  }
}

function mayReload(): boolean {
  return sessionStorage.getItem(RELOADED_FROM) !== build() && !document.querySelector('[role=dialog]');
}

/** The build that runs: its script is named after its content. */
function build(): string {
  return document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '';
}
