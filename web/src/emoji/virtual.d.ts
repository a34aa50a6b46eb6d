/** The emoji that the build reads from a package (see vite.config.ts). */
declare module 'virtual:emoji-list' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- In here nothing else can name a type of another file.
  const list: import('./emoji-list.ts').EmojiList;
  export default list;
}
