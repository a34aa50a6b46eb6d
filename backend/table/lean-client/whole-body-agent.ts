import { Agent, type Dispatcher } from 'undici';

/**
 * undici's agent, without a stream for each response: it puts the parts of a body together as they arrive, and the body is
 * bytes. So a connection that is cut within a body fails the request here, and the SDK retries it like one that is cut
 * before. It is for the SDK's handler, which passes any body on. A request with an abort signal, which stores do not send,
 * gets a stream.
 */
export class WholeBodyAgent extends Agent {
  override request(options: Dispatcher.RequestOptions): Promise<never> {
    if (options.signal) return super.request(options) as Promise<never>;
    return new Promise((resolve, reject) => this.dispatch(options, collector(resolve, reject)));
  }
}

function collector(
  resolve: (response: never) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let head = {};
  return {
    // Without it, undici takes this for a handler of its older kind.
    onRequestStart: () => undefined,
    onResponseStart: (_, statusCode, headers) => {
      head = { statusCode, headers };
    },
    onResponseData: (_, chunk) => chunks.push(chunk),
    onResponseEnd: () => {
      const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      resolve({ ...head, body } as never);
    },
    onResponseError: (_, error) => reject(error),
  };
}
