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
  /** The packet that contains the error. */
  readonly rawPacket?: Buffer;
}

/** A request and its response. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** How long a rejected client may go on sending. If the socket closed at once, its system would discard the response. */
const LINGER_MS = 1_000;

/**
 * A client's connection. It keeps responses in order: malformed input is rejected only after all earlier requests have
 * their responses. The rejection passes through the app like any request, so it has the API's form, headers and log line.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #app: RequestListener;
  readonly #unanswered = new Set<ServerResponse>();
  #newest: Exchange | undefined;
  /** Number of bytes received when the newest request began. */
  #newestCameWith = 0;
  /** Runs when all requests have a response. Then the connection ends, and nothing more is read from it. */
  #last: (() => void) | undefined;

  constructor(socket: Socket, app: RequestListener) {
    this.#socket = socket;
    this.#app = app;
  }

  /** Passes a request to the app, and keeps track of it until the response is complete. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#newest = { request, response };
    this.#newestCameWith = this.#socket.bytesRead;
    this.#unanswered.add(response);
    response.once('close', () => {
      this.#unanswered.delete(response);
      if (this.#unanswered.size === 0) this.#last?.();
    });
    prepareRequest(request);
    // The bytes after a rejected request may be its body or the next request, and cannot be distinguished.
    if (request.failure) response.setHeader('Connection', 'close');
    this.#app(request, response);
  }

  /** Responds to a CONNECT as the last request: after it the connection is no longer HTTP. */
  answerLast(request: IncomingMessage): void {
    prepareRequest(request);
    // Node has removed its own listeners, and an error without a listener would end the process.
    this.#socket.on('error', () => this.#socket.destroy()).resume();
    this.#endWith(() => this.#answerByHand(request));
  }

  /** Rejects input that is not a valid request, or was not sent in time. */
  fail(error: ClientError): void {
    // Nothing was requested, or the client has disconnected.
    if (!this.#socket.writable || this.#socket.bytesRead === 0) this.#socket.destroy();
    // The parser reports an error for everything that follows.
    else if (this.#last) return;
    else if (this.#newest?.request.complete === false) this.#failBody(this.#newest, failureOf(error));
    else {
      const request = this.#requestFrom(error);
      request.failure = failureOf(error);
      this.#endWith(() => this.#answerByHand(request));
    }
  }

  /** Closes a connection without any input: browsers open some in advance, and Node treats them as busy. */
  closeUnused(): void {
    if (this.#socket.bytesRead === 0) this.#socket.destroy();
  }

  /** Handles an incomplete body: the app responds, unless it already has, and the connection ends. */
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

  /** Builds a request from the readable parts: the form of the response, and who may read it, depend on its headers. */
  #requestFrom({ rawPacket }: ClientError): IncomingMessage {
    const request = new IncomingMessage(this.#socket);
    // A packet that contains an earlier request begins with that one.
    const isOwn = rawPacket && this.#socket.bytesRead > this.#newestCameWith;
    return Object.assign(request, readBrokenHead(isOwn ? rawPacket : Buffer.alloc(0)));
  }

  /** Passes a request to the app for which Node has created no response. */
  #answerByHand(request: IncomingMessage): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    const response = new ServerResponse(request);
    response.setHeader('Connection', 'close');
    response.assignSocket(socket);
    response.once('finish', () => {
      // As Node does for its own responses: `close` does not wait for the connection.
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
