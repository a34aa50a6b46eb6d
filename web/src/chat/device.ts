/** What a conversation uses of the browser. */
export interface Device {
  /** Waits, but no longer than until there is a reason to hope. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** Whether the user has signed out: nothing is sent or kept after that. */
  readonly isClosed: () => boolean;
  /** Outlives a reload of the tab. */
  readonly storage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
}
