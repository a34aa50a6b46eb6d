/*
 * `npm start`: everything on one machine. It listens for signals before it loads anything else, so that Ctrl-C ends it
 * cleanly at any moment.
 */

/** Maximum time from the signal to the end of the process in ms: users wait 5 s. */
const STOP_DEADLINE_MS = 4_500;

let stop: () => Promise<void> = () => Promise.resolve();
let stopping = false;
const isStopping = (): boolean => stopping;

function onSignal(): void {
  // Another Ctrl-C changes nothing: the run is stopping already, and has its deadline.
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(0), STOP_DEADLINE_MS).unref();
  stop().then(
    () => process.exit(0),
    () => process.exit(0),
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// A closed terminal, or a pipe whose reader is gone, accepts no more output; the run ends by its signal.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
// The SDK announces its future minimum version of Node once for each process.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { readyText, openLogger, readConfig } = await import('./terminal.ts');
const { LocalRun } = await import('./local-run.ts');

async function main(): Promise<void> {
  const config = readConfig(process.env);
  if (!config || isStopping()) return;
  const run = new LocalRun({ config, environment: process.env, logger: openLogger(config.api.logLevel) });
  stop = () => run.stop();
  try {
    const ready = await run.start();
    if (!isStopping()) process.stdout.write(readyText(ready, process.env));
  } catch (error) {
    if (isStopping()) return;
    process.stderr.write(`${run.explain(error)}\n`);
    await run.stop();
    process.exit(1);
  }
}

await main();
