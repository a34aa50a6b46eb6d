import { SingleBar } from 'cli-progress';

/** How far something is: on a terminal only, for a log wants no bars. */
export interface Progress {
  add(count: number): void;
  /** Takes it off the terminal. Twice is as good as once. */
  stop(): void;
}

/**
 * Shows how far something is until it is stopped.
 * @param total absent: nobody knows, and only what is done is shown.
 */
export function startProgress(noun: string, total?: number): Progress {
  if (!process.stderr.isTTY) return { add: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format:
      total === undefined
        ? `{value} ${noun} · {duration_formatted}`
        : `{bar} {percentage}% · {value} of {total} ${noun} · {eta_formatted} to go`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    clearOnComplete: true,
    // Ctrl-C ends the process at once: the terminal must be as it was.
    linewrap: true,
    gracefulExit: false,
  });
  bar.start(total ?? 0, 0);
  return { add: (count) => bar.increment(count), stop: () => bar.stop() };
}
