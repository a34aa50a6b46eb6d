/*
 * Runs a function's first event in its own process, like Lambda after a cold start: loads the bundle, then passes it the
 * event. The last line that it writes is the outcome as JSON, with the duration of both steps.
 *
 *     node invoke-function.mjs <bundle> <event as JSON>
 */

const [bundle, event] = process.argv.slice(2);
const begun = performance.now();
const { handler } = await import(bundle);
const loaded = performance.now();
const answer = await handler(JSON.parse(event));
const times = { boot: begun, load: loaded - begun, event: performance.now() - loaded };
process.stdout.write(`\n${JSON.stringify({ answer, uid: process.getuid(), times })}\n`);
process.exit();
