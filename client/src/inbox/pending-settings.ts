import type { OwnSettings } from '../api/calls.ts';

/** A change of own settings that the API has not confirmed yet. */
export type SettingsChange = Partial<OwnSettings>;

/** Changes of own settings on their way, by conversation: the list shows them at once. */
export class PendingSettings {
  readonly #changes = new Map<string, readonly SettingsChange[]>();
  /** The request that the next one of the same conversation waits for: of two, the later one must count. */
  readonly #requests = new Map<string, Promise<unknown>>();

  /** Returns what the changes of a conversation come to. */
  of(uuid: string): SettingsChange {
    return Object.assign({}, ...(this.#changes.get(uuid) ?? [])) as SettingsChange;
  }

  /** Adds a change, and requests it after those before it. It is dropped once the request has settled. */
  async add<Result>(uuid: string, change: SettingsChange, request: () => Promise<Result>): Promise<Result> {
    this.#changes.set(uuid, [...(this.#changes.get(uuid) ?? []), change]);
    const before = this.#requests.get(uuid) ?? Promise.resolve();
    const requested = before.then(request, request);
    this.#requests.set(uuid, requested);
    try {
      return await requested;
    } finally {
      this.#drop(uuid, change);
      if (this.#requests.get(uuid) === requested) this.#requests.delete(uuid);
    }
  }

  #drop(uuid: string, change: SettingsChange): void {
    const rest = (this.#changes.get(uuid) ?? []).filter((other) => other !== change);
    if (rest.length > 0) this.#changes.set(uuid, rest);
    else this.#changes.delete(uuid);
  }
}
