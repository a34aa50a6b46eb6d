import { defineConfig } from 'vite';

/** Where `npm start` listens: `npm run dev:web` serves the screens and proxies everything else to it. */
const API = process.env['BACKEND_URL'] ?? 'http://localhost:4567';

export default defineConfig({
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2024',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing inline: the Content-Security-Policy has no exception for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    // In kB. `npm run web:size` holds the first screen to its budget.
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
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
    proxy: Object.fromEntries(['/api', '/development', '/config.json'].map((path) => [path, API])),
  },
});
