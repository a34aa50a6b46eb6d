import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it } from '@jest/globals';
import { createCalls } from '../../client/src/api/calls.ts';
import { createHttp } from '../../client/src/api/http.ts';
import { Refetching } from '../../web/src/chat/refetching.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';

describe('at `ready`', () => {
  it('a first request that is under way is made again, and its response does not count', async () => {
    const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
    const responses = [deferred<string>(), deferred<string>()];
    let requests = 0;
    const observer = new QueryObserver(queries, {
      queryKey: ['inbox'],
      queryFn: () => {
        requests += 1;
        return responses[requests - 1]?.promise ?? 'one request too many';
      },
    });
    const unsubscribe = observer.subscribe(() => undefined);
    const ready = new Refetching(queries).ready();
    await eventually(() => expect(requests).toBe(2));
    responses[1]?.resolve('after');
    await ready;
    responses[0]?.resolve('before');
    await responses[0]?.promise;
    expect(queries.getQueryData(['inbox'])).toBe('after');
    unsubscribe();
    queries.clear();
  });

  it('and for two seconds lists are requested past the cache of the API', async () => {
    let now = 5_000;
    const refetching = new Refetching(new QueryClient(), () => now);
    expect(refetching.cacheMode()).toBe('default');
    await refetching.ready();
    expect(refetching.cacheMode()).toBe('no-store');
    now += 1_999;
    expect(refetching.cacheMode()).toBe('no-store');
    now += 1;
    expect(refetching.cacheMode()).toBe('default');
  });
});

it('a list is requested in the mode that is given', async () => {
  const modes: string[] = [];
  const fetch = (request: Request) => {
    modes.push(request.clone().cache);
    return Promise.resolve(Response.json([]));
  };
  const api = createCalls(createHttp({ baseUrl: 'http://api.test', fetch }));
  await api.listGroups(undefined, 'default', 'no-store');
  await api.listGroups(undefined);
  expect(modes).toEqual(['no-store', 'default']);
});
