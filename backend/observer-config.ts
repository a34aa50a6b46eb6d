import * as z from 'zod';
import { integer } from './environment.ts';

/** What is measured, and who may read it. */
export interface ObserverConfig {
  /** Absent: no server of `/metrics`. */
  readonly server?: { readonly port: number; readonly address: string; readonly token?: string };
  /** Whether metrics are written to the log in CloudWatch's format. */
  readonly emf: boolean;
  /** Of how many requests one has its capacity units measured; 0: none. */
  readonly capacityEvery: number;
  /** Whether requests and messages are traced by OpenTelemetry. Where to, and how many, is in its own `OTEL_` variables. */
  readonly traces: boolean;
}

/** Shorter secrets can be guessed. */
const MIN_TOKEN_LENGTH = 16;

/** The environment variables of metrics and traces. */
export const observerEnvironment = z.object({
  METRICS_PORT: integer(0, 65_535).optional(),
  METRICS_ADDRESS: z
    .union([z.ipv4(), z.ipv6()], 'must be an IP address of this machine, or 0.0.0.0 for all of them')
    .default('127.0.0.1'),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]+$/, 'must be characters of a bearer token')
    .min(MIN_TOKEN_LENGTH, `must have at least ${MIN_TOKEN_LENGTH} characters`)
    .optional(),
  METRICS_EMF: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  METRICS_CAPACITY_EVERY: integer(0, 1_000_000).default(20),
  TRACING: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
});

type ObserverValues = z.output<typeof observerEnvironment>;

/** Whether what is measured can be read only on this machine, or with the token, if this is a production system. */
export function keepsStrangersOut(
  values: ObserverValues & { readonly NODE_ENV?: string | undefined },
): boolean {
  const { NODE_ENV: mode, METRICS_PORT: port, METRICS_ADDRESS: address, METRICS_TOKEN: token } = values;
  return mode !== 'production' || port === undefined || token !== undefined || isLoopback(address);
}

/** The problem if `keepsStrangersOut` is false. */
export const OPEN_TO_STRANGERS = {
  path: ['METRICS_TOKEN'],
  error: 'is needed with NODE_ENV=production if METRICS_ADDRESS is not an address of this machine alone',
};

/** Whether only this machine can connect to an address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Returns the configuration from parsed environment variables. */
export function observerConfig(values: ObserverValues): ObserverConfig {
  const { METRICS_PORT: port, METRICS_ADDRESS: address, METRICS_TOKEN: token } = values;
  return {
    ...(port !== undefined && { server: { port, address, ...(token !== undefined && { token }) } }),
    emf: values.METRICS_EMF === 'on',
    capacityEvery: values.METRICS_CAPACITY_EVERY,
    traces: values.TRACING === 'on',
  };
}
