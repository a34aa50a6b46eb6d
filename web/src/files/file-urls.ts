import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Http } from '../../../client/src/index.ts';
import { type Download, fileCalls, type FilePlace } from '../api/file-calls.ts';
import { useChat } from '../chat/use-chat.ts';
import { useReachable } from '../ui/use-reachable.ts';

/** A URL is not used in the last moments of its life, in milliseconds: the request for the file still has to arrive. */
const MARGIN_MS = 30_000;

/** How long a URL is used after it was fetched, in milliseconds. */
export function usableFor({ expires_at }: Pick<Download, 'expires_at'>, fetchedAt: number): number {
  return Math.max(0, Date.parse(expires_at) - MARGIN_MS - fetchedAt);
}

/**
 * The signed URL of a file, which a page can show or follow without a token. It is fetched once, and again when it is about to
 * expire. A clock that is wrong costs further requests, or one that fails: see `usePictureUrl`.
 */
function fileUrlQuery(http: Http, { uuid, seq, id }: FilePlace) {
  return queryOptions({
    queryKey: ['file', uuid, seq, id],
    queryFn: () => fileCalls(http).findFile({ uuid, seq, id }),
    staleTime: ({ state }) => (state.data ? usableFor(state.data, state.dataUpdatedAt) : 0),
    // What is shown stays: another URL would load it again.
    refetchOnReconnect: false,
  });
}

/**
 * The URL of a picture, while it is shown. A picture that has been loaded keeps its URL. One that cannot be loaded is tried once more with
 * another URL: the first may have expired between the response and the request for the picture.
 */
export function usePictureUrl(place: FilePlace) {
  const query = useQuery(fileUrlQuery(useChat().http, place));
  const [loaded, setLoaded] = useState<string>();
  const [failures, setFailures] = useState(0);
  const isFailed = loaded === undefined && (query.isError || failures > 1);
  const retry = (): void => {
    setFailures(0);
    void query.refetch();
  };
  useReachable(() => isFailed && retry());
  const fetched = query.isFetching ? undefined : query.data?.url;
  return {
    url: loaded ?? fetched,
    isLoaded: loaded !== undefined,
    isFailed,
    retry,
    onLoad: () => setLoaded(fetched),
    onError: () => {
      setFailures(failures + 1);
      if (failures === 0) void query.refetch();
    },
  };
}

/** Saves a file: the store sends it as a download. @returns the state of the last attempt. */
export function useDownload({ uuid, seq, id }: FilePlace, name: string) {
  const { http } = useChat();
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const download = async (): Promise<void> => {
    setError(undefined);
    setIsBusy(true);
    try {
      const { url } = await queries.query(fileUrlQuery(http, { uuid, seq, id }));
      follow(url, name);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return { download, isBusy, error };
}

function follow(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
