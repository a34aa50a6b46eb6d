import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'oxc-minify';
import { defineConfig, type Plugin } from 'vite';
import { readEmojiList } from './emoji-list.ts';

/** Where `npm start` listens: `npm run dev:web` serves the screens and proxies everything else to it. */
const API = process.env['BACKEND_URL'] ?? 'http://localhost:4567';

const EMOJI_LIST = 'virtual:emoji-list';

/** Makes a module of the emoji that `emoji-list.ts` reads. */
const emojiList: Plugin = {
  name: 'emoji-list',
  resolveId: (id) => (id === EMOJI_LIST ? `\0${EMOJI_LIST}` : undefined),
  load: (id) => (id === `\0${EMOJI_LIST}` ? `export default ${JSON.stringify(readEmojiList())};` : undefined),
};

/** Fonts of the build, whose licenses have to go with them. */
const FONTS = ['@fontsource-variable/inter', '@infolektuell/noto-color-emoji'];

const fontLicenses: Plugin = {
  name: 'font-licenses',
  apply: 'build',
  generateBundle() {
    const licenses = FONTS.map((name) => {
      const text = readFileSync(new URL(`../node_modules/${name}/LICENSE`, import.meta.url), 'utf8');
      return `${name}\n\n${text}`;
    });
    this.emitFile({ type: 'asset', fileName: 'font-licenses.txt', source: licenses.join('\n\n') });
  },
};

/** Serves the demo's page at the demo's addresses, as a local run does with what is built. */
const demoPage: Plugin = {
  name: 'demo-page',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      if (/^\/demo(\/|$)/.test(request.url ?? '')) request.url = '/demo.html';
      next();
    });
  },
};

const minifier: Plugin = {
  name: 'minifier',
  apply: 'build',
  renderChunk: (code, { fileName }) => {
    const { code: minified, errors } = minifySync(fileName, code, { module: true });
    const [error] = errors;
    if (error) throw new Error(`${fileName}: ${error.message}`);
    return { code: minified, map: null };
  },
};

export default defineConfig({
  plugins: [emojiList, fontLicenses, demoPage, minifier],
  esbuild: { target: 'es2024' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // esbuild would print what the plugin has minified, which is a thirtieth smaller than esbuild's own.
    target: 'esnext',
    minify: false,
    cssMinify: 'esbuild',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing inline: the Content-Security-Policy has no exception for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    // In kB. `npm run web:size` holds the first screen to its budget.
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      input: ['index.html', 'demo.html'].map((page) => fileURLToPath(new URL(page, import.meta.url))),
      onLog: (level, log, report) => {
        // Directives of libraries for server rendering, which is not used here, and comments for esbuild.
        if (!['MODULE_LEVEL_DIRECTIVE', 'INVALID_ANNOTATION'].includes(log.code ?? '')) report(level, log);
      },
    },
  },
  server: {
    // This machine only, under its own names: `npm start`, to which it proxies, gives tokens to anyone.
    host: 'localhost',
    port: 3000,
    proxy: Object.fromEntries(
      ['/api', '/development', '/config.json', '/local-files'].map((path) => [path, API]),
    ),
  },
});
