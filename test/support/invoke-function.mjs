/*
 * A function's first event in a process of its own, as Lambda has it after a cold start: loads the bundle, then hands it
 * the event. The last line it writes is what came of it, as JSON, with how long each of the two took.
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
