import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.ts';

/** Kills a process and all its descendants with SIGKILL, at once, and waits until they are gone. Linux only. */
export async function killTree(root: number): Promise<void> {
  // All of them are found before the first is killed: orphans become children of another process.
  const pids = [root, ...descendants(root)];
  for (const pid of pids) sendKill(pid);
  await eventually(() => pids.every((pid) => parentOf(pid) === undefined), { within: 10_000 });
}

function descendants(root: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === root || isBelow(parents.get(pid)));
  return [...parents.keys()].filter((pid) => isBelow(pid));
}

/** Undefined for a process that is gone, or dead and not yet waited for. */
function parentOf(pid: number): number | undefined {
  try {
    // State and parent follow the name, which is in parentheses and may contain any character.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
