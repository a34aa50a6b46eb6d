import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Publisher } from '../../backend/events/changes.ts';
import type { LiveEvents } from '../../backend/events/in-process-live-events.ts';
import { directGroupId } from '../../schema/ids.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { type ApiProcess, startApiProcess } from '../support/start-api-process.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';
import { allTold, asEvent, type Device, messagesOf, taleOf } from './event-tale.ts';
import { type HeldStream, startHeldStream } from './held-stream.ts';

/** How the API that survives, the one that dies and the stream's handler hear of each other. */
export interface LiveAroundACrash {
  /** Of the API that survives. */
  readonly live: LiveEvents;
  /** Of the stream's handler. */
  readonly publisher: Publisher;
  /** Of the API that dies; absent: nobody hears it in any case. */
  readonly redisUrl?: string;
  close(): Promise<void>;
}

const messagesIn = (device: Device, groupId: string) =>
  messagesOf(device).filter(({ message_group_uuid }) => message_group_uuid === groupId);

/** Something that is asked for. */
interface Deed {
  /** The write that it comes to, and what is to be found in that. */
  readonly operation: string;
  readonly mark: string;
  readonly ask: () => Promise<unknown>;
}

const KEY = 'sent-twice';
const LONG = { within: 20_000 };

/**
 * An API is killed after the table has carried out its writes and before it knows of that, so before it has published
 * anything: every kind of change at the same moment. The users with streams at another API receive each of them once.
 */
export function describeCrash(name: string, open: (tableName: string) => Promise<LiveAroundACrash>): void {
  describe(name, () => {
    let around: LiveAroundACrash;
    let db: TestTable;
    let api: TestApi;
    let flaky: FlakyEngine;
    let stream: HeldStream;
    let dying: ApiProcess;

    beforeAll(async () => {
      db = await createTestTable({ stream: true });
      around = await open(db.tableName);
      api = await startTestApi({ table: db.table, live: around.live });
      flaky = await startFlakyEngine(db.endpoint);
      stream = await startHeldStream(db, around.publisher);
      dying = await startApiProcess({ ...db, endpoint: flaky.endpoint }, api.issuer, around.redisUrl);
    });
    afterAll(async () => {
      await dying.kill();
      await stream.stop();
      await flaky.close();
      await api.stop();
      await db.close();
      await around.close();
    });

    const listen = async ({ userId, token }: Caller): Promise<Device> => {
      const reader = await readEvents(api.port, { token });
      await reader.until('ready');
      return { userId, reader };
    };

    /** Asks the API that dies, and is done once the table has carried it out. */
    const leaveUnanswered = async ({ operation, mark, ask }: Deed): Promise<void> => {
      const where = ({ body }: { readonly body: object }) => JSON.stringify(body).includes(mark);
      // On a busy machine the client may repeat a request before the API dies: those are held too.
      const { arrived } = flaky.holdAnswer(operation, { where, times: 10 });
      const answered = ask().then(
        (answer) => `${mark} was answered: ${JSON.stringify(answer)}`,
        // The connection is cut when it dies.
        () => 'cut',
      );
      expect(await Promise.race([arrived, answered])).toMatchObject({ operation });
    };

    it('what was written is told by the stream, once, when the API dies before it has told it', async () => {
      const [ada, grace] = [await api.person(), await api.person()];
      const [linus, kay] = [await api.person(), await api.person()];
      const newGroup = async (name: string) => {
        const { uuid } = await ada.createGroup(name, [grace.handle, linus.handle]);
        await ada.send({ message: 'Hello', message_group_uuid: uuid });
        return uuid;
      };
      const [sent, edited, deleted] = [
        await newGroup('Sent'),
        await newGroup('Edited'),
        await newGroup('Deleted'),
      ];
      const [joined, left, renamed] = [
        await newGroup('Joined'),
        await newGroup('Left'),
        await newGroup('Named'),
      ];
      const returned = await newGroup('Returned');
      const linuses = await listen(linus);
      const linusIn = (groupId: string) => `/api/message_groups/${groupId}/members/@${linus.handle}`;
      expect(await ada.delete(linusIn(returned))).toMatchObject({ status: 204 });
      for (const groupId of [sent, edited, deleted, joined, left, renamed, returned]) {
        const [newest] = await ada.history(groupId, '?limit=1');
        if (newest) await stream.tellsOf(newest);
      }
      stream.hold();
      const devices = [await listen(ada), await listen(grace), linuses, await listen(kay)] as const;
      const direct = directGroupId(ada.userId, kay.userId);
      await linuses.reader.until('message_group_left');
      const named = [sent, edited, deleted, joined, left, renamed, returned];
      /** Waits until all that was published is delivered. Each group has one queue: Ada's events prove it for all. */
      const settled = (groups: readonly string[] = named) =>
        allTold(
          around.live.events,
          devices,
          groups.map((groupId) => ({ groupId, members: [ada.userId] })),
        );
      await settled();
      const begun = devices.map(({ reader }) => reader.events.length);
      const talesOf = (groupId: string) =>
        devices.map((device, place) => taleOf(device, groupId, begun[place] ?? 0));

      const there = ada.at(dying);
      const again = { message: 'Again' };
      const deeds: readonly Deed[] = [
        {
          operation: 'PutItem',
          mark: sent,
          ask: () => there.send({ ...again, message_group_uuid: sent }, KEY),
        },
        { operation: 'UpdateItem', mark: edited, ask: () => there.patch(`/api/messages/${edited}/2`, again) },
        { operation: 'UpdateItem', mark: deleted, ask: () => there.delete(`/api/messages/${deleted}/2`) },
        ...[
          {
            mark: joined,
            ask: () => there.post(`/api/message_groups/${joined}/members`, { handle: kay.handle }),
          },
          { mark: left, ask: () => there.delete(linusIn(left)) },
          { mark: renamed, ask: () => there.patch(`/api/message_groups/${renamed}`, { name: 'Renamed' }) },
          {
            mark: returned,
            ask: () => there.post(`/api/message_groups/${returned}/members`, { handle: linus.handle }),
          },
          { mark: '"Born"', ask: () => there.createGroup('Born', [grace.handle]) },
          { mark: direct, ask: () => there.send({ ...again, handle: kay.handle }) },
        ].map((deed) => ({ ...deed, operation: 'TransactWriteItems' })),
      ];
      for (const deed of deeds) await leaveUnanswered(deed);
      await dying.kill();
      flaky.reset();
      await settled();
      // Nothing was published.
      for (const groupId of [...named, direct]) expect(talesOf(groupId)).toEqual([[], [], [], []]);

      stream.release();
      const born = await eventually(
        async () => (await grace.inbox()).find(({ name }) => name === 'Born')?.uuid ?? false,
      );
      const news = (row: string, message: string) => [`row ${row}`, `message ${message}`];
      const [third, changed] = [['message 3.0'], ['message 2.1', 'change']];
      const expected = {
        // Each of Ada, Grace, Linus and Kay.
        [sent]: [third, third, third, []],
        [edited]: [changed, changed, changed, []],
        [deleted]: [changed, changed, changed, []],
        [joined]: [third, third, third, news('3, read 3, unread 0 of Joined', '3.0')],
        [left]: [third, third, ['left'], []],
        [renamed]: [
          [...third, 'row 3, read 2, unread 0 of Renamed'],
          [...third, 'row 3, read 1, unread 1 of Renamed'],
          [...third, 'row 3, read 1, unread 1 of Renamed'],
          [],
        ],
        [returned]: [['message 4.0'], ['message 4.0'], news('4, read 4, unread 0 of Returned', '4.0'), []],
        [born]: [['row 1, read 1, unread 0 of Born'], ['row 1, read 1, unread 0 of Born'], [], []],
        [direct]: [news('1, read 1, unread 0', '1.0'), [], [], news('1, read 0, unread 1', '1.0')],
      };
      // The message about a new group may come before the group's channel stands: then it is on the page that clients
      // fetch after the row.
      const told = (groupId: string) =>
        talesOf(groupId).map((lines) =>
          lines.filter((line) => groupId !== born || !line.startsWith('message')),
        );
      const allTales = () =>
        Object.fromEntries(Object.keys(expected).map((groupId) => [groupId, told(groupId)]));
      await eventually(() => expect(allTales()).toEqual(expected), LONG);

      // The author, who was never answered, sends once more.
      const answer = await ada.send({ ...again, message_group_uuid: sent }, KEY);
      await settled([...named, born]);
      expect(allTales()).toEqual(expected);
      expect(await grace.history(born)).toHaveLength(1);
      const newest = async (groupId: string) => (await grace.history(groupId, '?limit=1')).map(asEvent);
      expect(messagesIn(devices[0], sent)).toEqual([asEvent(answer)]);
      expect(messagesIn(devices[1], sent)).toEqual(await newest(sent));
      expect(messagesIn(devices[1], edited)).toEqual(await newest(edited));
      expect(messagesIn(devices[1], deleted)).toEqual(await newest(deleted));
      for (const { reader } of devices) reader.close();
    });
  });
}
