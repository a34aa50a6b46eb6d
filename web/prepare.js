/*
 * Builds the message screens after `npm install`, so that `npm start` has them. Where the tools for it are not installed
 * (`npm ci --omit=dev`) there is nothing to do: whoever installs so has built them before, or serves none.
 */
const vite = await import('vite').catch(() => undefined);

try {
  await vite?.build({ root: import.meta.dirname, logLevel: 'error' });
} catch (error) {
  // The API is whole without them, and says so at its root.
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  process.stderr.write(`the message screens were not built (${reason}): run \`npm run build:web\`\n`);
}
