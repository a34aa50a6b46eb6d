import { once } from 'node:events';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { afterEach } from '@jest/globals';
import type { Answer } from './http-client.ts';

/** A connection that a test writes to byte by byte. */
export interface RawConnection {
  readonly socket: Socket;
  /** All data received so far. */
  readonly received: () => string;
  /** Resolves once the connection is closed, for any reason. */
  readonly closed: Promise<unknown>;
  /** Resolves once the received data matches. */
  until(pattern: RegExp): Promise<void>;
}

/** Opens a connection to this machine. */
type Open = (port: number, options?: Pick<TcpNetConnectOpts, 'allowHalfOpen'>) => Promise<RawConnection>;

/** Opens connections, which are closed after each test. */
export function useRawConnections(): Open {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  return async (port, options = {}) => {
    const socket = connect({ ...options, port, host: '127.0.0.1' }).setEncoding('utf8');
    sockets.push(socket);
    let received = '';
    socket.on('data', (text: string) => (received += text));
    // A connection that is cut is closed too.
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    await once(socket, 'connect');
    return {
      socket,
      received: () => received,
      closed,
      until: async (pattern) => {
        while (!pattern.test(received)) await once(socket, 'data');
      },
    };
  };
}

/** Parses the responses of a connection, each with its `Content-Length`. @throws Error for anything between them. */
export function answersIn(received: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = received; rest !== '';) {
    const [head = ''] = rest.split('\r\n\r\n', 1);
    const [first = '', ...lines] = head.split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    if (!(status in STATUS_CODES)) throw new Error(`no answer begins here: ${rest.slice(0, 200)}`);
    const rawHeaders = lines.flatMap((line) => line.split(/: (.*)/s, 2));
    const headers = Object.fromEntries(
      lines.map((line) => line.split(/: (.*)/s, 2)).map(([name = '', value]) => [name.toLowerCase(), value]),
    );
    const from = head.length + '\r\n\r\n'.length;
    const text = rest.slice(from, from + Number(headers['content-length'] ?? 0));
    answers.push({ status, headers, rawHeaders, text, json: () => JSON.parse(text) as unknown });
    rest = rest.slice(from + text.length);
  }
  return answers;
}
