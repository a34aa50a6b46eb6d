import type { Page, Request } from 'playwright-core';

/** The browser's error for a request that the page itself aborted: the stream of a page that is left, a search that is superseded. */
const GIVEN_UP = 'net::ERR_ABORTED';
/** The browser gives up all requests when this machine gets a network interface, as for containers of other tests. */
const ANOTHER_NETWORK = 'net::ERR_NETWORK_CHANGED';

/**
 * Records all problems of a page: errors in the console (including violations of the Content-Security-Policy), exceptions,
 * requests that fail or are rejected, and browser dialogs, which the screens never open.
 */
export class Watch {
  readonly #problems: string[] = [];
  #tolerated: RegExp | undefined;

  constructor(page: Page) {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#note(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#note(`exception: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      // An open dialog would block the page.
      void dialog.dismiss();
      this.#note(`dialog: ${dialog.message()}`);
    });
    page.on('crash', () => this.#note('the page crashed'));
    page.on('requestfailed', (request) => this.#noteFailure(request));
    page.on('response', (response) => {
      if (response.status() >= 400)
        this.#note(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Ignores problems of a kind during an action that must cause them. */
  async tolerating<Result>(kind: RegExp, action: () => Promise<Result>): Promise<Result> {
    this.#tolerated = kind;
    try {
      return await action();
    } finally {
      this.#tolerated = undefined;
    }
  }

  #noteFailure(request: Request): void {
    const reason = request.failure()?.errorText ?? 'unknown';
    if (reason !== GIVEN_UP) this.#note(`${reason}: ${request.method()} ${request.url()}`);
  }

  #note(problem: string): void {
    if (problem.includes(ANOTHER_NETWORK)) return;
    if (this.#tolerated?.test(problem) !== true) this.#problems.push(problem);
  }
}
