import { expect } from '@jest/globals';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { isolateName } from '../../schema/isolate-name.ts';
import { eventually } from '../support/eventually.ts';
import type { Person } from './people.ts';
import { Watch } from './watch.ts';

/** How long a screen may take for anything, in milliseconds. A machine that runs several tests at once is slow. */
export const PATIENCE_MS = 20_000;

/** A browser window of a user: what they can do and see there. */
export class Device {
  readonly person: Person;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly watch: Watch;
  /** The list of conversations. */
  readonly inbox: Locator;
  /** The messages of the conversation that is open. */
  readonly log: Locator;
  readonly composer: Locator;

  constructor(person: Person, page: Page) {
    this.person = person;
    this.page = page;
    this.context = page.context();
    this.watch = new Watch(page);
    this.inbox = page.getByRole('navigation', { name: 'Conversations' });
    this.log = page.getByRole('log');
    this.composer = page.getByRole('textbox', { name: /^(Message to|Edit message)/ });
  }

  /** Signs in at a local run. */
  async signIn(): Promise<void> {
    await this.page.goto(`/?as=${this.person.handle}`);
    await this.inbox.waitFor();
    await this.isLive();
  }

  /** Waits until the event stream is open: from now on no event is missed. */
  async isLive(): Promise<void> {
    await this.page.locator('.connection[data-state=live]').first().waitFor({ state: 'attached' });
  }

  /** Waits until the screen shows that the connection is lost. */
  async isOffline(): Promise<void> {
    await this.page.getByText('No connection.').filter({ visible: true }).waitFor();
  }

  async seesTitle(title: string): Promise<void> {
    await this.eventually(async () => expect(await this.page.title()).toBe(title));
  }

  /** A conversation's row in the list. */
  row(name: string): Locator {
    const title = this.page.locator('.inbox-name').getByText(name, { exact: true });
    return this.inbox.getByRole('link').filter({ has: title });
  }

  /** Waits until a row shows this number of unread messages; for 0, no badge. */
  async seesUnread(name: string, count: number): Promise<void> {
    await this.row(name).waitFor();
    const badge = this.row(name).locator('.badge');
    await this.eventually(async () => {
      const shown = await badge.allTextContents();
      expect(shown).toEqual(count === 0 ? [] : [`${count} unread`]);
    });
  }

  /** Opens the menu of a conversation's row with its button. */
  async openRowMenu(name: string): Promise<void> {
    await this.row(name).hover();
    await this.inbox.getByRole('button', { name: `Settings of ${isolateName(name)}` }).click();
    await this.page.getByRole('menuitem').first().waitFor();
  }

  /** Chooses an item of the open menu. */
  async chooseItem(name: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name, exact: true });
    await item.or(this.page.getByRole('menuitemradio', { name, exact: true })).click();
  }

  /** Shows one of the lists of conversations. */
  async showList(name: 'All' | 'Favourites' | 'Archived'): Promise<void> {
    await this.inbox.getByRole('button', { name, exact: true }).click();
  }

  async open(name: string): Promise<void> {
    await this.row(name).click();
    await this.page
      .getByRole('region', { name: `Conversation with ${isolateName(name)}`, exact: true })
      .waitFor();
    await this.log.locator('[data-seq]').first().waitFor();
  }

  /** Opens the dialog on the group whose conversation is open. */
  async openGroupInfo(): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Group info' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Group info' });
    await dialog.waitFor();
    return dialog;
  }

  /** Selects a user by their handle in an open dialog. */
  async pick(person: Person): Promise<void> {
    await this.page.getByRole('combobox').fill(person.handle);
    await this.page
      .getByRole('option')
      .filter({ hasText: `@${person.handle}` })
      .click();
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Bubbles with exactly this text. */
  bubbles(text: string): Locator {
    return this.log
      .getByRole('article')
      .filter({ has: this.page.locator('.bubble-text').and(this.page.getByText(text, { exact: true })) });
  }

  /** Waits for a stored message with a text. */
  async sees(text: string): Promise<void> {
    await this.log.locator('[data-seq]').and(this.bubbles(text)).waitFor();
  }

  /** Texts of all rendered bubbles, outgoing or stored, from top to bottom. */
  texts(): Promise<string[]> {
    return this.log.locator('.bubble-text').allTextContents();
  }

  /** Waits until these are the conversation's messages, each once and in this order, and all of them stored. */
  async seesAll(texts: readonly string[]): Promise<void> {
    await this.eventually(async () => {
      expect(await this.texts()).toEqual(texts);
      expect(await this.log.locator('article:not([data-seq])').count()).toBe(0);
    });
  }

  /** Opens the menu of a message by its toolbar. */
  async openMenu(bubble: Locator): Promise<void> {
    await bubble.locator('.bubble').hover();
    await bubble.getByRole('button', { name: 'Message actions' }).click();
    await this.page.getByRole('menuitem').first().waitFor();
  }

  /** Chooses an action for a message. */
  async choose(text: string, entry: string): Promise<void> {
    await this.openMenu(this.bubbles(text));
    await this.page.getByRole('menuitem', { name: entry }).click();
  }

  /** Whether the page contains a text, visible or not. */
  async holds(text: string): Promise<boolean> {
    return (await this.page.content()).includes(text);
  }

  async eventually<Result>(check: () => Promise<Result>): Promise<void> {
    await eventually(check, { within: PATIENCE_MS });
  }
}
