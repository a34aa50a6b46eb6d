/** The states of a side's network. `deaf`: its requests arrive at the server, but no response comes back. */
export const NETWORKS = ['on', 'deaf', 'off'] as const;
export type Network = (typeof NETWORKS)[number];

type Fetch = typeof globalThis.fetch;

/** Observes what a network carries. */
export interface Traffic {
  /**
   * The server has responded; on a deaf network, the page never gets the response. Its body is the page's: a listener reads a
   * clone, which it makes at once.
   */
  responded(request: Request, response: Response): void;
}

/**
 * A `fetch` whose network can be broken: then it fails as a browser's does, with a TypeError, and so does what is under way, the
 * event stream too. A deaf network still carries the requests that change something.
 */
export class BreakableFetch {
  readonly #fetch: Fetch;
  readonly #traffic: Traffic;
  #network: Network = 'on';
  #cut = new AbortController();

  constructor(fetch: Fetch, traffic: Traffic) {
    this.#fetch = fetch;
    this.#traffic = traffic;
  }

  /** Changes the state. What is under way ends. */
  set(network: Network): void {
    this.#network = network;
    this.#cut.abort();
    this.#cut = new AbortController();
  }

  readonly fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const { signal } = this.#cut;
    if (this.#network === 'off') throw disconnected();
    if (this.#network === 'deaf') {
      if (request.method !== 'GET') this.#traffic.responded(request, await this.#fetch(request.clone()));
      throw disconnected();
    }
    try {
      const cuttable = new Request(request, { signal: AbortSignal.any([request.signal, signal]) });
      const response = await this.#fetch(cuttable);
      this.#traffic.responded(request, response);
      return response;
    } catch (error) {
      throw signal.aborted ? disconnected() : error;
    }
  };
}

function disconnected(): TypeError {
  return new TypeError('the network of the demo is broken');
}
