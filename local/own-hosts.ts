import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** How a server on one machine may be reached, by its configuration. */
export interface LocalAccess {
  /** The IP address to listen on; absent: the loopback addresses. */
  readonly address?: string;
  /** Host names that are allowed in addition to this machine's own, in lower case and without a port. */
  readonly allowedHosts: readonly string[];
}

/** The names and addresses that programs on this machine use for it in a Host header. */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
/** To listen on one of these is to listen on every interface. */
const EVERY_INTERFACE = new Set(['0.0.0.0', '::']);
const HOST_HEADER = /^(\[[\da-f:.]+\]|[^\s:@/?#\\[\]]+)(?::\d+)?$/;

/** Says whether listening on an address means every interface of the machine. */
export function isEveryInterface(address: string | undefined): boolean {
  return address !== undefined && EVERY_INTERFACE.has(address);
}

/** Formats a host for a URL: an IPv6 address in brackets. */
export function urlHost(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/**
 * Says whether a request was sent under a name of this machine. A page of `evil.example` may have its name
 * resolve to 127.0.0.1 ("DNS rebinding"): to the browser this server is then the page's own, and it may read every
 * answer. Only the Host header shows it. An IP address cannot be rebound, so where the server listens on every
 * interface, any IP address is allowed.
 */
export function isForThisMachine({ headers }: IncomingMessage, access: LocalAccess): boolean {
  const name = HOST_HEADER.exec(headers.host?.toLowerCase() ?? '')?.[1];
  return name !== undefined && isOwnName(name, access);
}

/**
 * Whether a page may use the routes that issue tokens for any user: the server's own pages may, and those of an origin that
 * the configuration names. `*` names none. A program that is not a browser sends no Origin, and may use them too.
 */
export function isFromOwnPage({ headers }: IncomingMessage, corsOrigins: readonly string[]): boolean {
  const { origin, host = '' } = headers;
  if (origin === undefined || corsOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function isOwnName(name: string, { address, allowedHosts }: LocalAccess): boolean {
  if (LOOPBACK_HOSTS.includes(name) || allowedHosts.includes(name)) return true;
  if (address === undefined) return false;
  return isEveryInterface(address) ? isIP(name.replaceAll(/[[\]]/g, '')) !== 0 : name === urlHost(address);
}
