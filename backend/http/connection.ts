import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type AppError,
  BadRequestError,
  BodyTooLargeError,
  HeadersTooLargeError,
  RequestTimeoutError,
} from '../errors.ts';
import { readBrokenHead } from './broken-head.ts';
import { prepareRequest } from './prepare-request.ts';

/** An error of Node's HTTP parser, or of the connection itself. */
export interface ClientError extends NodeJS.ErrnoException {
  /** The bytes in which the parser found it. */
  readonly rawPacket?: Buffer;
}

/** A request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** For how long a refused client may go on sending. Closed at once, its system would throw away the answer unread. */
const LINGER_MS = 1_000;

/**
 * A client's connection. It keeps answers in turn: what is no request is refused only after every request before it was
 * answered, through the same app as any request, so that the refusal has the API's form, headers and log line.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #app: RequestListener;
  readonly #unanswered = new Set<ServerResponse>();
  #newest: Exchange | undefined;
  /** How many bytes had come when the newest request began. */
  #newestCameWith = 0;
  /** What is done once everything is answered. The connection then ends, and nothing more is read from it. */
  #last: (() => void) | undefined;

  constructor(socket: Socket, app: RequestListener) {
    this.#socket = socket;
    this.#app = app;
  }

  /** Has the app answer a request, and remembers it until then. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#newest = { request, response };
    this.#newestCameWith = this.#socket.bytesRead;
    this.#unanswered.add(response);
    response.once('close', () => {
      this.#unanswered.delete(response);
      if (this.#unanswered.size === 0) this.#last?.();
    });
    prepareRequest(request);
    // What follows a refused request may be its body or the next request: nobody can tell.
    if (request.failure) response.setHeader('Connection', 'close');
    this.#app(request, response);
  }

  /** Answers a request after which the connection is not HTTP any more, as its last one: a CONNECT. */
  answerLast(request: IncomingMessage): void {
    prepareRequest(request);
    // Node has taken its own listeners off: an error that nobody listens to would end the process.
    this.#socket.on('error', () => this.#socket.destroy()).resume();
    this.#endWith(() => this.#answerByHand(request));
  }

  /** Refuses what cannot be read as a request, or was not sent in time. */
  fail(error: ClientError): void {
    // Nothing was asked, or the client has gone.
    if (!this.#socket.writable || this.#socket.bytesRead === 0) this.#socket.destroy();
    // The parser goes on complaining about all that follows.
    else if (this.#last) return;
    else if (this.#newest?.request.complete === false) this.#failBody(this.#newest, failureOf(error));
    else {
      const request = this.#requestFrom(error);
      request.failure = failureOf(error);
      this.#endWith(() => this.#answerByHand(request));
    }
  }

  /** Closes a connection over which nothing came yet: browsers open some in advance, and Node takes them for busy. */
  closeUnused(): void {
    if (this.#socket.bytesRead === 0) this.#socket.destroy();
  }

  /** The body of a request broke off: the app answers it, unless it has, and the connection ends. */
  #failBody({ request, response }: Exchange, failure: AppError): void {
    if (!response.headersSent) response.setHeader('Connection', 'close');
    this.#endWith(() => this.#end());
    request.failure = failure;
    request.emit('failure', failure);
  }

  #endWith(last: () => void): void {
    this.#last = last;
    if (this.#unanswered.size === 0) last();
  }

  /** What of a request can be read: at least the failure's form, and whose page may read it, are up to these headers. */
  #requestFrom({ rawPacket }: ClientError): IncomingMessage {
    const request = new IncomingMessage(this.#socket);
    // Bytes with which an earlier request came begin with that one.
    const isOwn = rawPacket && this.#socket.bytesRead > this.#newestCameWith;
    return Object.assign(request, readBrokenHead(isOwn ? rawPacket : Buffer.alloc(0)));
  }

  /** Has the app answer a request for which Node has made no response. */
  #answerByHand(request: IncomingMessage): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    const response = new ServerResponse(request);
    response.setHeader('Connection', 'close');
    response.assignSocket(socket);
    response.once('finish', () => {
      // As Node does for its own: who waits for the answer to be closed is not kept waiting for the connection.
      response.detachSocket(socket);
      response.emit('close');
      this.#end();
    });
    this.#app(request, response);
  }

  #end(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    socket.end();
    const cutOff = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(cutOff));
  }
}

function failureOf({ code }: ClientError): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') return new HeadersTooLargeError();
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new BodyTooLargeError();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestTimeoutError();
  return new BadRequestError([{ code: 'request_malformed' }]);
}
