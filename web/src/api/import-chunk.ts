import { ApiError } from '../../../client/src/index.ts';

/** Which build of the screens this tab has reloaded itself from, in `sessionStorage`. */
const RELOADED_FROM = 'reloaded-from';

/**
 * Imports a chunk of the screens' code: `load` calls `import()`.
 *
 * If the server responds but has no such chunk, it has another build of the screens: the page is reloaded, once. Typed and
 * outgoing messages are in `sessionStorage`, but not the fields of an open dialog: then the user decides.
 * A page does not reload itself twice from one build, so that a fault of a server or a cache causes no loop: during a
 * deployment, two builds may be served by turns.
 * @throws ApiError `unreachable` when the server does not respond, `outdated` when the page has to be reloaded by hand.
 */
export async function importChunk<Chunk>(load: () => Promise<Chunk>): Promise<Chunk> {
  try {
    return await load();
  } catch (error) {
    if (!(await isPageServed())) throw new ApiError(0, ['unreachable'], { cause: error });
  }
  try {
    // The connection may be back by now. A browser that caches the failed import reloads, too.
    return await load();
  } catch (error) {
    if (!mayReload()) throw new ApiError(404, ['outdated'], { cause: error });
    sessionStorage.setItem(RELOADED_FROM, build());
    window.location.reload();
    return new Promise<never>(() => undefined);
  }
}

/** Whether a reload would load a page: otherwise it would only lose this one. */
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

/** Identifies the build that runs: the name of its script contains a hash. */
function build(): string {
  return document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '';
}
