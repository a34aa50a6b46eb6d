import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/** An issuer's storage. It is kept when the provider is created again for new keys. */
export interface OidcStorage {
  readonly adapter: AdapterFactory;
  /** Deletes every sign-in, grant and token, like an administrator who signs everyone out. */
  revokeAll(): void;
  /** Whether a refresh token is known and was not used or revoked. */
  isRefreshable(token: string): boolean;
}

/** Makes a storage in memory. Nothing in it expires, because every lifetime is longer than a test. */
export function createOidcStorage(): OidcStorage {
  const entries = new Map<string, AdapterPayload>();
  return {
    adapter: (model) => adapterOf(model, entries),
    revokeAll: () => entries.clear(),
    isRefreshable: (token) => {
      const found = entries.get(`RefreshToken:${token}`);
      return found !== undefined && found.consumed === undefined;
    },
  };
}

function adapterOf(model: string, entries: Map<string, AdapterPayload>): Adapter {
  const findBy = (matches: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
    Promise.resolve(
      [...entries].find(([key, payload]) => key.startsWith(`${model}:`) && matches(payload))?.[1],
    );
  return {
    upsert: (id, payload) => {
      entries.set(`${model}:${id}`, payload);
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(entries.get(`${model}:${id}`)),
    findByUid: (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: (userCode) => findBy((payload) => payload.userCode === userCode),
    consume: (id) => {
      const payload = entries.get(`${model}:${id}`);
      if (payload) payload.consumed = Math.floor(Date.now() / 1_000);
      return Promise.resolve();
    },
    destroy: (id) => {
      entries.delete(`${model}:${id}`);
      return Promise.resolve();
    },
    revokeByGrantId: (grantId) => {
      for (const [key, payload] of entries) if (payload.grantId === grantId) entries.delete(key);
      return Promise.resolve();
    },
  };
}
