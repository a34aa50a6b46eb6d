import { SingleBar } from 'cli-progress';
import type { Output } from './screen.ts';

/** The progress of a task. It is shown on a terminal only, not in a log. */
export interface Progress {
  add(count: number): void;
  /** Removes it from the terminal. Calling it twice does no harm. */
  stop(): void;
}

/** Width of a bar, with which the whole line fits 80 columns. */
const BAR_COLUMNS = 20;
/** Minimum time of measurement in ms: a shorter one gives random estimates. */
const MEASURED_MS = 3_000;

/**
 * Shows the progress of a task until it is stopped.
 * @param total absent if it is unknown: then only the number that is done is shown.
 */
export function startProgress(output: Output, noun: string, total?: number): Progress {
  if (!output.isTTY) return { add: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format:
      total === undefined
        ? `{value} ${noun} · {duration_formatted}`
        : `{bar} {percentage}% · {value} of {total} ${noun}{remaining}`,
    barsize: BAR_COLUMNS,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: output,
    clearOnComplete: true,
    // Ctrl-C ends the process at once: the terminal must be as it was.
    linewrap: true,
    gracefulExit: false,
  });
  bar.start(total ?? 0, 0, { remaining: '' });
  let done = 0;
  let begun: { readonly at: number; readonly done: number } | undefined;
  return {
    add: (count) => {
      done += count;
      const at = performance.now();
      begun ??= { at, done };
      const measured = { count: done - begun.done, ms: at - begun.at };
      bar.increment(count, { remaining: remainingText((total ?? 0) - done, measured) });
    },
    stop: () => bar.stop(),
  };
}

/**
 * Estimates the time that is left, at the average speed since the first step: " · about 20 s to go". Empty if too little
 * was measured. The time before the first step, such as connecting, does not count.
 */
export function remainingText(
  left: number,
  measured: { readonly count: number; readonly ms: number },
): string {
  if (measured.ms < MEASURED_MS || measured.count < 1 || left < 1) return '';
  const seconds = (left * measured.ms) / measured.count / 1_000;
  if (seconds < 10) return ' · a few seconds to go';
  return seconds < 90
    ? ` · about ${Math.round(seconds / 10) * 10} s to go`
    : ` · about ${Math.round(seconds / 60)} min to go`;
}
