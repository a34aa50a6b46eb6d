/**
 * Makes a storage of its own within a shared one: two frames of one tab and one origin have the same `sessionStorage`. It has
 * the methods of a `Storage`, and `Object.keys` lists its names.
 * @param prefix begins the names of what belongs to it.
 * @param onChange is called after each change.
 */
export function ownStorage(shared: Storage, prefix: string, onChange: () => void): Storage {
  const names = (): string[] =>
    Object.keys(shared)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  const remove = (name: string) => shared.removeItem(prefix + name);
  const methods: Storage = {
    get length() {
      return names().length;
    },
    key: (place) => names()[place] ?? null,
    getItem: (name) => shared.getItem(prefix + name),
    setItem: (name, value) => {
      shared.setItem(prefix + name, value);
      onChange();
    },
    removeItem: (name) => {
      remove(name);
      onChange();
    },
    clear: () => {
      names().forEach(remove);
      onChange();
    },
  };
  return new Proxy(methods, {
    ownKeys: names,
    getOwnPropertyDescriptor: (_methods, name) => {
      const value = typeof name === 'string' ? shared.getItem(prefix + name) : null;
      return value === null ? undefined : { value, enumerable: true, configurable: true };
    },
  });
}
