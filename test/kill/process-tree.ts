import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.ts';

/** Ends a process and all that descend from it with SIGKILL, at once, and waits until they are gone. Linux only. */
export async function killTree(root: number): Promise<void> {
  // All of them are known before the first is killed: orphans would be somebody else's children.
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
    // After the name, which stands in parentheses and may hold anything: state and parent.
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
