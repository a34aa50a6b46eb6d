import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Has a process end with this one, however this one ends: even by `kill -9`, which leaves it no time to do anything.
 * A shell waits for the end of its input, which comes when this process is gone, and then kills.
 * @returns the shell: end it (SIGKILL) when the process it guards is gone.
 */
export function endWithThisProcess(pid: number): ChildProcess {
  const guard = spawn('sh', ['-c', 'read -r _; kill -9 "$1"', 'guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of the terminal's process group: Ctrl-C must not end the guard before what it guards.
    detached: true,
  });
  // Where there is no shell, the engine that is left behind is ended by the next start.
  guard.on('error', () => undefined);
  guard.unref();
  return guard;
}
