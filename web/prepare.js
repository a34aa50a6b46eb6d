/*
 * Builds the message screens after `npm install`, so that `npm start` has them. Where the tools for it are not installed
 * (`npm ci --omit=dev`) it does nothing: such an installation has built screens, or serves none.
 */
const vite = await import('vite').catch(() => undefined);

try {
  await vite?.build({ root: import.meta.dirname, logLevel: 'error' });
} catch (error) {
  // The API works without them, and shows at its root how to build them.
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  process.stderr.write(`the message screens were not built (${reason}): run \`npm run build:web\`\n`);
}
