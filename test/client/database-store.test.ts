import 'fake-indexeddb/auto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openDatabaseStore } from '../../client/src/stored/database-store.ts';
import { storedLog, storeLog } from '../../client/src/stored/stored-history.ts';
import { type ClientStore, memoryTexts } from '../../client/src/stored/text-storage.ts';
import { textMessages } from './messages.ts';

/* What a client keeps in IndexedDB. Node has no Web Locks: here, every client takes over what earlier ones have left. */

/** The stores of this file: each listens for a sign-out, which keeps Node running. */
const opened: ClientStore[] = [];
afterAll(() => Promise.all(opened.map((store) => store.wipe())));

async function open(name: string): Promise<ClientStore> {
  const store = await openDatabaseStore(name);
  opened.push(store);
  return store;
}

let names = 0;
const newName = (): string => `user-${(names += 1)}`;
const outgoing = (...keys: string[]): string => JSON.stringify(keys.map((key) => ({ key })));

describe('What is kept in IndexedDB', () => {
  it('is there for the next client of the user, and not for another user’s', async () => {
    const name = newName();
    const before = await open(name);
    before.outgoing.setItem('group', outgoing('a'));
    before.outgoing.setItem('other', outgoing('b'));
    before.outgoing.removeItem('other');
    before.history?.setItem('group', 'history');
    await before.settled();
    const after = await open(name);
    expect(after.outgoing.keys()).toEqual(['group']);
    expect(after.outgoing.getItem('group')).toBe(outgoing('a'));
    expect(after.history?.getItem('group')).toBe('history');
    expect((await open(newName())).outgoing.keys()).toEqual([]);
  });

  it('joins the outgoing messages of two pages for one conversation, and gives each of them to one client', async () => {
    const name = newName();
    const pages = await Promise.all([open(name), open(name)]);
    for (const [place, page] of pages.entries()) page.outgoing.setItem('group', outgoing(`page ${place}`));
    await Promise.all(pages.map((page) => page.settled()));
    const next = await Promise.all([open(name), open(name)]);
    const kept = next.map(({ outgoing: texts }) => texts.getItem('group') ?? '[]').join();
    expect(kept.match(/page \d/g)?.toSorted()).toEqual(['page 0', 'page 1']);
  });

  it('is gone after a sign-out, also of other tabs, which keep nothing after it', async () => {
    const name = newName();
    const [one, other] = await Promise.all([open(name), open(name)]);
    one.history?.setItem('group', 'secret');
    await one.wipe();
    one.outgoing.setItem('group', outgoing('late'));
    // The other tab has learned of it by the time that a message to itself would have arrived.
    await new Promise((resolve) => setImmediate(resolve));
    other.outgoing.setItem('group', outgoing('late'));
    await Promise.all([one.settled(), other.settled()]);
    const after = await open(name);
    expect([after.outgoing.keys(), after.history?.keys()]).toEqual([[], []]);
  });
});

describe('A kept history', () => {
  it('has the last 50 messages of the last 30 conversations', () => {
    const texts = memoryTexts();
    for (let place = 1; place <= 31; place += 1)
      storeLog(texts, `group ${place}`, { messages: textMessages(1, 60), change: 3 });
    expect(texts.keys()).toHaveLength(30);
    expect(storedLog(texts, 'group 1')).toBeUndefined();
    const kept = storedLog(texts, 'group 31');
    expect(kept?.change).toBe(3);
    expect(kept?.messages.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 50 }, (_, place) => place + 11),
    );
  });

  it('that another version has written is not read', () => {
    const texts = memoryTexts(
      new Map([
        ['a', '{"version":9}'],
        ['b', 'no JSON'],
      ]),
    );
    expect([storedLog(texts, 'a'), storedLog(texts, 'b'), storedLog(texts, 'c')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
