import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageGroupAnswer } from '../../backend/presentation/message-group.ts';
import { startTestApi, type TestApi, useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import { startSummaries, type Summaries } from '../support/pump.ts';

/* Two processes on one table. One sends; the other has cached the group before its summary changes, and time stands still there. */

const writing = useTestApi({ stream: true });
let reading: TestApi;
let summaries: Summaries;

beforeAll(async () => {
  const { db, issuer } = writing();
  reading = await startTestApi({ table: db.table, issuer, timer: { now: () => 0 } });
  summaries = await startSummaries(db);
});
afterAll(async () => {
  await summaries.stop();
  await reading.stop();
});

const list = async (caller: Caller, headers = {}) => {
  const [row] = ok(await caller.get('/api/message_groups', headers)) as MessageGroupAnswer[];
  return row?.unread_count;
};
const badge = async (caller: Caller, headers = {}) =>
  (ok(await caller.get('/api/unread', headers)) as { readonly messages: number }).messages;

/** A reader of a group whose process shows nothing unread, though META has one unread text. */
async function staleReader(read: typeof list): Promise<Caller> {
  const [ada, grace] = [await writing().person(), await writing().person()];
  const { uuid } = await ada.createGroup('Compilers', [grace.handle]);
  const reader = grace.at(reading);
  expect(await read(reader)).toBe(0);
  await ada.send({ message_group_uuid: uuid, message: 'Hello' });
  await eventually(async () =>
    expect(await writing().context.groups.find(uuid)).toMatchObject({ last_seq: 2 }),
  );
  expect(await read(reader)).toBe(0);
  return reader;
}

describe.each([
  ['the list', list],
  ['the badge', badge],
])('%s', (_what, read) => {
  it('shows what the table has to a request with no-cache, and to all after it', async () => {
    const reader = await staleReader(read);
    expect(await read(reader, { 'Cache-Control': 'no-cache' })).toBe(1);
    expect(await read(reader)).toBe(1);
  });

  it.each(['no-store', 'max-age=0', 'no-cache-please', 'private="no-cache"'])(
    'may be cached for a request with %s',
    async (directive) => {
      const reader = await staleReader(read);
      expect(await read(reader, { 'Cache-Control': directive })).toBe(0);
    },
  );

  it('is read past the cache whatever the case of no-cache, and among other directives', async () => {
    const reader = await staleReader(read);
    expect(await read(reader, { 'Cache-Control': 'max-age=0, No-Cache' })).toBe(1);
  });
});

it('is asked for past the cache by fetch with the mode no-store, as browsers do', async () => {
  const reader = await staleReader(list);
  const request = { cache: 'no-store', headers: { Authorization: `Bearer ${reader.token}` } };
  const response = await fetch(`http://127.0.0.1:${reading.port}/api/message_groups`, request);
  expect(await response.json()).toMatchObject([{ unread_count: 1 }]);
});
