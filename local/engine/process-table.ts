import { readFileSync } from 'node:fs';

/** A process's command line; empty if it ended meanwhile, or where there is no /proc: on anything but Linux. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** Sends a signal. Returns false if the process no longer exists, or this user may not signal it. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
