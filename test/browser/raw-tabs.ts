import type { Browser, CDPSession } from 'playwright-core';
import * as z from 'zod';
import { eventually } from '../support/eventually.ts';
import { PATIENCE_MS } from './device.ts';

const answer = z.object({
  id: z.number(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.unknown().optional(),
});
const evaluated = z.object({ result: z.object({ value: z.unknown() }) });

/**
 * Tabs of one browser that are hidden when another one is in front, and can be frozen. Playwright's pages always count as
 * visible, and a browser freezes no visible page: so these are controlled with the DevTools protocol only.
 */
export class RawTabs {
  readonly #session: CDPSession;
  readonly #browserContextId: string;
  #isFirst = true;

  private constructor(session: CDPSession, browserContextId: string) {
    this.#session = session;
    this.#browserContextId = browserContextId;
  }

  static async create(browser: Browser): Promise<RawTabs> {
    const session = await browser.newBrowserCDPSession();
    const { browserContextId } = await session.send('Target.createBrowserContext');
    return new RawTabs(session, browserContextId);
  }

  /** Opens a tab in front of the others. */
  async open(url: string): Promise<RawTab> {
    const { targetId } = await this.#session.send('Target.createTarget', {
      url,
      browserContextId: this.#browserContextId,
      newWindow: this.#isFirst,
    });
    this.#isFirst = false;
    const { sessionId } = await this.#session.send('Target.attachToTarget', { targetId, flatten: false });
    const tab = new RawTab(this.#session, sessionId);
    await tab.send('Page.bringToFront');
    return tab;
  }

  async close(): Promise<void> {
    await this.#session.send('Target.disposeBrowserContext', { browserContextId: this.#browserContextId });
    await this.#session.detach();
  }
}

export class RawTab {
  readonly #session: CDPSession;
  readonly #sessionId: string;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #sent = 0;

  constructor(session: CDPSession, sessionId: string) {
    this.#session = session;
    this.#sessionId = sessionId;
    session.on('Target.receivedMessageFromTarget', (received) => {
      if (received.sessionId !== sessionId) return;
      const { id, result, error } = answer.catch({ id: 0 }).parse(JSON.parse(received.message));
      this.#waiting.get(id)?.(
        error === undefined ? result : Promise.reject(new Error(JSON.stringify(error))),
      );
    });
  }

  async send(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    this.#sent += 1;
    const id = this.#sent;
    const result = new Promise((resolve) => this.#waiting.set(id, resolve));
    await this.#session.send('Target.sendMessageToTarget', {
      sessionId: this.#sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return result;
  }

  /** Waits until an expression is true on the page, which must not be frozen. */
  async waitFor(expression: string): Promise<void> {
    await eventually(async () => (await this.evaluate(expression)) === true, { within: PATIENCE_MS });
  }

  async evaluate(expression: string): Promise<unknown> {
    return evaluated.parse(await this.send('Runtime.evaluate', { expression, returnByValue: true })).result
      .value;
  }

  async isLive(): Promise<void> {
    await this.waitFor(`document.querySelector('.connection')?.dataset.state === 'live'`);
  }

  /** Waits until a text is anywhere on the page. */
  async sees(text: string): Promise<void> {
    await this.waitFor(`document.body.innerText.includes(${JSON.stringify(text)})`);
  }

  async freeze(): Promise<void> {
    await this.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  /** Resumes the tab, and brings it to the front. */
  async wake(): Promise<void> {
    await this.send('Page.setWebLifecycleState', { state: 'active' });
    await this.send('Page.bringToFront');
  }
}
