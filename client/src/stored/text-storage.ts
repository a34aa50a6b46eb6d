/** Texts by key, which are read at once: of this program, or of what outlives it. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  keys(): readonly string[];
}

/** What a client keeps beyond its own life. */
export interface ClientStore {
  /** Outgoing messages, of this tab or program alone. */
  readonly outgoing: TextStorage;
  /** The last messages of conversations; absent where none are kept. */
  readonly history?: TextStorage | undefined;
  /** Resolves once all that was written is stored. */
  settled(): Promise<void>;
  /** Removes everything: the user signs out. Nothing is kept after that. */
  wipe(): Promise<void>;
}

/** Keeps texts in memory. */
export function memoryTexts(texts = new Map<string, string>()): TextStorage {
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, value) => void texts.set(key, value),
    removeItem: (key) => void texts.delete(key),
    keys: () => [...texts.keys()],
  };
}

/** Keeps everything in memory: it ends with the program. */
export function memoryStore(): ClientStore {
  const outgoing = new Map<string, string>();
  const history = new Map<string, string>();
  return {
    outgoing: memoryTexts(outgoing),
    history: memoryTexts(history),
    settled: () => Promise.resolve(),
    wipe: () => {
      outgoing.clear();
      history.clear();
      return Promise.resolve();
    },
  };
}
