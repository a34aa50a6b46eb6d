import { SingleBar } from 'cli-progress';
import type { Output } from './screen.ts';

/** How far something is: on a terminal only, for a log wants no bars. */
export interface Progress {
  add(count: number): void;
  /** Takes it off the terminal. Twice is as good as once. */
  stop(): void;
}

/** Of a bar, so that the whole line fits 80 columns. */
const BAR_COLUMNS = 20;
/** Before that, how fast it goes is chance. */
const MEASURED_MS = 3_000;

/**
 * Shows how far something is until it is stopped.
 * @param total absent: nobody knows, and only what is done is shown.
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
 * How long the rest takes, at the average speed of everything since the first step: " · about 20 s to go". Nothing where
 * too little was measured. What came before the first step, such as connecting, is not measured.
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
