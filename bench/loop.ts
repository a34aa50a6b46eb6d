import { quantile } from './statistics.ts';

/** One measurement. */
export interface Measurement {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the measured process for each operation, in all its threads. */
  readonly cpuMs: number;
}

/** One operation of one client, by the client's number from 0. */
export type Operation = (client: number) => Promise<void>;

/** The work that some clients completed. */
export interface LoopResult {
  readonly operations: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * A closed loop: each client does one operation after another, until the time is up and the last operations are done.
 * All of them count, and the time that they took.
 */
export async function runLoop(clients: number, windowMs: number, operation: Operation): Promise<LoopResult> {
  const times: number[] = [];
  const start = performance.now();
  const end = start + windowMs;
  const client = async (_: unknown, number: number) => {
    for (let begun = performance.now(); begun < end;) {
      await operation(number);
      const now = performance.now();
      times.push(now - begun);
      begun = now;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return {
    operations: times.length,
    elapsedMs: performance.now() - start,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
  };
}

/** Does one operation of each client: connections that were idle for some seconds are closed, and opening them is not measured. */
export async function openConnections(clients: number, operation: Operation): Promise<void> {
  await Promise.all(Array.from({ length: clients }, (_, number) => operation(number)));
}

export function measurementOf(result: LoopResult, cpuMs: number): Measurement {
  return {
    perSecond: (result.operations / result.elapsedMs) * 1_000,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMs: cpuMs / result.operations,
  };
}

/** Returns the CPU time that this process has used so far: all threads, user and system. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
