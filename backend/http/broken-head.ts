import type { IncomingHttpHeaders } from 'node:http';

/** What could be read of a request that is none. */
export interface BrokenHead {
  /** Absent when there is no request line. */
  readonly method?: string;
  /** `*` when no path can be read. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const REQUEST_LINE = /^([A-Za-z-]{1,32}) ([!-~]+) HTTP\/\d\.\d$/;
/** A refusal depends on these headers alone: its form, whether a page may read it, and its id. */
const HEADER = /^(accept|origin|x-request-id):[ \t]*([ -~]*)$/i;
const NOTHING: BrokenHead = { url: '*', headers: {} };

/**
 * Reads from the bytes in which Node's parser gave up what it does not hand over: the request line and the headers that
 * a refusal depends on, as far as they are well-formed. Bytes that came before, in another packet, are lost.
 * @param packet of at most 64 KB: Node reads no more at once.
 */
export function readBrokenHead(packet: Buffer): BrokenHead {
  const [head = ''] = packet.toString('latin1').split('\r\n\r\n', 1);
  const [first = '', ...lines] = head.split('\r\n');
  const [, method, target] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined) return NOTHING;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers[name.toLowerCase()] ??= value.trimEnd();
  }
  return { method, url: target.startsWith('/') ? target : '*', headers };
}
