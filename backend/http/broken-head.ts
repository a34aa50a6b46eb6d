import type { IncomingHttpHeaders } from 'node:http';

/** The readable parts of a malformed request. */
export interface BrokenHead {
  /** Absent when there is no request line. */
  readonly method?: string;
  /** `*` when no path can be read. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const REQUEST_LINE = /^([A-Za-z-]{1,32}) ([!-~]+) HTTP\/\d\.\d$/;
/** Only these headers affect the error response: its form, whether a page may read it, and its id. */
const HEADER = /^(accept|origin|x-request-id):[ \t]*([ -~]*)$/i;
const NOTHING: BrokenHead = { url: '*', headers: {} };

/**
 * Reads the packet on which Node's parser failed: the request line, and the headers that affect the error response, as far
 * as they are well-formed. Bytes of earlier packets are lost.
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
