import { useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { CloseIcon } from '../ui/icons.tsx';
import { onDemand } from '../ui/on-demand.tsx';
import { closeSearch, openSearch, useSearchHandle } from './search-view.ts';

const SearchDialog = onDemand(() => import('./search-dialog.tsx'));

/** The search that is open, above the screens. */
export function OpenSearch() {
  const handle = useSearchHandle();
  const view = useSyncExternalStore(handle.subscribe, handle.get);
  const [, navigate] = useLocation();
  if (!view?.isShown) return null;
  return (
    <SearchDialog
      view={view}
      onClose={() => closeSearch(handle)}
      onSearch={(begun) => {
        view.begun?.search.stop();
        handle.set({ uuid: view.uuid, isShown: true, begun });
        void begun.search.goOn();
      }}
      onJump={({ uuid: openedId, message_group_uuid: uuid, seq }) => {
        view.begun?.search.stop();
        handle.set({ ...view, isShown: false, openedId });
        jump(navigate, `/messages/${uuid}`, `#${seq}`);
      }}
    />
  );
}

/** Goes to a message. To the one that the address names already, by way of an address without it. */
function jump(navigate: (to: string) => void, path: string, hash: string): void {
  if (window.location.hash !== hash) {
    navigate(path + hash);
    return;
  }
  navigate(path);
  requestAnimationFrame(() => navigate(path + hash));
}

/** Leads back to the results from which the user jumped to a message. */
export function BackToResults() {
  const handle = useSearchHandle();
  const view = useSyncExternalStore(handle.subscribe, handle.get);
  if (!view || view.isShown) return null;
  return (
    <p className="search-return">
      <button type="button" className="button plain" onClick={() => openSearch(handle, view.uuid)}>
        Back to search results
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Close search"
        title="Close search"
        onClick={() => closeSearch(handle)}
      >
        <CloseIcon />
      </button>
    </p>
  );
}
