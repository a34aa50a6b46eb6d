import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createGroup } from '../../backend/domain/create-group.ts';
import { addMembers, removeMember, updateGroup } from '../../backend/domain/manage-members.ts';
import { MessageLog } from '../../backend/domain/message-log.ts';
import type { LogEntry, Person } from '../../backend/domain/model.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { createLogger } from '../../backend/logger.ts';
import { meterCapacity } from '../../backend/table/capacity-meter.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import type { OwnRow } from '../../backend/table/member-store.ts';
import { openTable } from '../../backend/table/table.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { tableDefinition } from '../../schema/table.ts';
import { newDirectId, newGroupId, summaryItem } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { createPrng } from '../support/prng.ts';
import { addGroup, addPerson, putItem, readLog, upTo } from '../support/scene.ts';
import { createTestTable, useTestTable } from '../support/test-table.ts';

/* After which message a send is put: the tail of a group's log. */

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;
let people = 0;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  here = wire({ table: db().through(flaky.endpoint) });
  there = db().newContext();
});
afterEach(() => flaky.reset());
afterAll(async () => {
  for (const client of clients) client.destroy();
  await flaky.close();
});

const KINDS = [
  ['direct', newDirectId],
  ['named', newGroupId],
] as const;

describe('a table that was dropped and created again under a running process', () => {
  it.each(KINDS)('gets a log without a gap for a %s group of the same id', async (_, newId) => {
    const own = await createTestTable();
    try {
      const context = own.newContext();
      const groupId = newId();
      await addGroup(own.table, { groupId, userIds: ['ada', 'grace'], length: 3 });
      for (const seq of [4, 5])
        expect(await sendToGroup(context, groupId, say('ada'))).toMatchObject({ seq });
      await own.client.send(new DeleteTableCommand({ TableName: own.tableName }));
      const { StreamSpecification, ...definition } = tableDefinition(own.tableName);
      await own.client.send(new CreateTableCommand(definition));
      const wait = { client: own.client, minDelay: 1, maxDelay: 1, maxWaitTime: 30 };
      await waitUntilTableExists(wait, { TableName: own.tableName });
      const log_id = 'another';
      const scene = await addGroup(own.table, { groupId, userIds: ['ada', 'grace'], member: { log_id } });
      await putItem(own.table, { ...scene.group, log_id } as typeof scene.group);
      expect(await sendToGroup(context, groupId, say('ada'))).toMatchObject({ seq: 2 });
      expect(await sendToGroup(context, groupId, say('grace'))).toMatchObject({ seq: 3 });
    } finally {
      await own.close();
    }
  });
});

describe('a summary that is ahead of its log', () => {
  it.each(KINDS)('makes no gap in the log of a %s group, and is logged', async (_, newId) => {
    const groupId = newId();
    await addGroup(db().table, {
      groupId,
      userIds: ['ada', 'grace'],
      length: 3,
      summary: summaryItem({ last_seq: 9 }),
    });
    const { context, lines } = loggingContext();
    expect(await sendToGroup(context, groupId, say('ada'))).toMatchObject({ seq: 4, n: 4 });
    expect(lines()).toMatchObject([
      { level: 'error', group: groupId, seq: 9, msg: 'a summary is ahead of its log' },
    ]);
  });

  it.each(KINDS)('makes none while a process runs that knows the tail of a %s group', async (_, newId) => {
    const groupId = newId();
    const scene = { groupId, userIds: ['ada', 'grace'] };
    await addGroup(db().table, { ...scene, length: 3 });
    const { context, lines } = loggingContext();
    await sendToGroup(context, groupId, say('ada'));
    await sendToGroup(context, groupId, say('ada'));
    expect(lines()).toEqual([]);
    await addGroup(db().table, { ...scene, length: 0, summary: summaryItem({ last_seq: 50 }) });
    expect(await sendToGroup(context, groupId, say('ada'))).toMatchObject({ seq: 6 });
    expect(lines()).toMatchObject([{ level: 'error', group: groupId, seq: 50 }]);
    expect((await readLog(there, groupId)).map(({ seq }) => seq)).toEqual(upTo(6));
  });
});

describe('the cost of a send', () => {
  it('to a named group is 1 W + 5 R for the first of a process, and 1 W + 2 R for the next ones', async () => {
    const { groupId } = await addGroup(db().table, { userIds: ['ada', 'grace', 'kay'], length: 4 });
    const { process, meter } = meteredProcess();
    const send = (userId: string) => () => sendToGroup(process, groupId, say(userId));
    expect(await meter.measure(send('ada'))).toMatchObject({ W: 1, R: 5 });
    for (const userId of ['ada', 'grace', 'kay']) {
      expect(await meter.measure(send(userId))).toMatchObject({ W: 1, R: 2 });
    }
  });

  it('to a direct group is 1 W + 2 R for the first of a process, and 1 W + 1 R for the next ones', async () => {
    const groupId = newDirectId();
    await addGroup(db().table, { groupId, userIds: ['ada', 'grace'], length: 4 });
    const { process, meter } = meteredProcess();
    expect(await meter.measure(() => sendToGroup(process, groupId, say('ada')))).toMatchObject({
      W: 1,
      R: 2,
    });
    expect(await meter.measure(() => sendToGroup(process, groupId, say('grace')))).toMatchObject({
      W: 1,
      R: 1,
    });
  });

  it.each(KINDS)(
    'that loses a race against a text in a %s group is 1 W more, and nothing is read',
    async (_, newId) => {
      const groupId = newId();
      await addGroup(db().table, { groupId, userIds: ['ada', 'grace'], length: 4 });
      const { process, meter } = meteredProcess();
      await sendToGroup(process, groupId, say('ada'));
      const alone = await meter.measure(() => sendToGroup(process, groupId, say('ada')));
      await sendToGroup(there, groupId, say('grace'));
      const raced = await meter.measure(() => sendToGroup(process, groupId, say('ada')));
      expect(raced).toMatchObject({ W: 2, R: alone.R, failedConditions: 1 });
    },
  );
});

describe('the number of texts up to a message', () => {
  it('is exact with system messages in between, whichever process writes them', async () => {
    const { groupId, ada, grace } = await startGroup();
    const [kay] = [await newPerson()];
    const processes = [here, there];
    for (const round of upTo(4)) {
      const [one = here, other = there] = round % 2 === 0 ? processes : processes.toReversed();
      await Promise.all([
        sendToGroup(one, groupId, say(ada.userId)),
        sendToGroup(other, groupId, say(grace.userId)),
        updateGroup(one, { groupId, actor: ada }, { name: `Name ${round}` }),
        sendToGroup(other, groupId, { ...say(grace.userId), clientKey: `key ${round}`, afterSeq: 1 }),
      ]);
    }
    await addMembers(here, { groupId, actor: ada }, [kay.handle], () => 'handle');
    await sendToGroup(there, groupId, say(kay.userId));
    const log = await readLog(there, groupId);
    expect(log.map(({ seq }) => seq)).toEqual(upTo(log.length));
    let texts = 0;
    for (const message of log) {
      if (message.kind === 'text') texts += 1;
      expect(message.n).toBe(texts);
    }
    expect(texts).toBe(13);
  });

  it('is exact where the sender names a seq that this process never saw', async () => {
    const { groupId, ada, grace } = await startGroup();
    await sendToGroup(there, groupId, say(ada.userId));
    await updateGroup(there, { groupId, actor: ada }, { name: 'Looms' });
    const send = { ...say(grace.userId), afterSeq: 3 };
    expect(await sendToGroup(db().newContext(), groupId, send)).toMatchObject({ seq: 4, n: 2 });
  });
});

describe('a keyed send to a named group', () => {
  it.each([
    ['without after_seq', {}],
    ['with after_seq', { afterSeq: 1 }],
  ])('%s is one message, through two processes and with a rename in between', async (_, position) => {
    const { groupId, ada, grace } = await startGroup();
    const send = { ...say(grace.userId), clientKey: 'key', ...position };
    flaky.before('PutItem', () => updateGroup(there, { groupId, actor: ada }, { name: 'Looms' }));
    const answers = await Promise.all([sendToGroup(here, groupId, send), sendToGroup(here, groupId, send)]);
    answers.push(await sendToGroup(there, groupId, send));
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect((await readLog(there, groupId)).map(({ kind }) => kind)).toEqual(['system', 'system', 'text']);
  });
});

describe('a member who is removed while they send', () => {
  /** A process of whose reads of access one is torn: the own row is read, something happens, and META is read. */
  function tornProcess() {
    let between: (() => Promise<unknown>) | undefined;
    const findWithGroup = async (groupId: string, userId: string): Promise<OwnRow> => {
      const happens = between;
      if (!happens) return there.members.findWithGroup(groupId, userId);
      between = undefined;
      const own = await there.members.find(groupId, userId);
      await happens();
      return { own, group: await there.groups.find(groupId) };
    };
    const members = Object.create(here.members, {
      findWithGroup: { value: findWithGroup },
    }) as Wiring['members'];
    const log = new MessageLog({ ...here, members, logger: createLogger('silent') });
    const tear = (happens: () => Promise<unknown>) => {
      between = happens;
    };
    return { process: { ...here, members, log }, tear };
  }

  const removal = ({ groupId, ada, grace }: Scene) =>
    removeMember(there, { groupId, actor: ada }, grace.handle);

  /** Brings META up to the log, as the stream does. */
  async function applyLog(groupId: string): Promise<void> {
    await updateSummaries(there, groupId, factsOf((await readLog(there, groupId)) as [LogEntry]));
  }

  it.each([
    ['knew no tail before, and the summary shows the removal', false, true],
    ['knew no tail before, and the summary does not show the removal yet', false, false],
    ['knew a tail before, and the summary shows the removal', true, true],
    ['knew a tail before, and the summary does not show the removal yet', true, false],
  ])(
    'between the reads of their row and of META is refused where the process %s',
    async (_, isKnown, isShown) => {
      const scene = await startGroup();
      const { process, tear } = tornProcess();
      if (isKnown) await sendToGroup(process, scene.groupId, say(scene.ada.userId));
      tear(async () => {
        await removal(scene);
        if (isShown) await applyLog(scene.groupId);
      });
      await expectRefused(process, scene);
    },
  );

  it('between these reads is refused where the process learns of the tail behind the removal meanwhile', async () => {
    const scene = await startGroup();
    const { process, tear } = tornProcess();
    await sendToGroup(process, scene.groupId, say(scene.ada.userId));
    tear(async () => {
      await removal(scene);
      await applyLog(scene.groupId);
      await sendToGroup(process, scene.groupId, say(scene.ada.userId));
    });
    await expectRefused(process, scene);
  });

  it('before the put is refused, also where a text of another process came first', async () => {
    const scene = await startGroup();
    await sendToGroup(here, scene.groupId, say(scene.ada.userId));
    flaky.before('PutItem', async () => {
      await sendToGroup(there, scene.groupId, say(scene.ada.userId));
      await removal(scene);
    });
    await expectRefused(here, scene);
  });

  it('before the put is refused, where a text came between and the removal before the second put', async () => {
    const scene = await startGroup();
    await sendToGroup(here, scene.groupId, say(scene.ada.userId));
    flaky.before('PutItem', () => sendToGroup(there, scene.groupId, say(scene.ada.userId)));
    flaky.before('PutItem', () => removal(scene));
    await expectRefused(here, scene);
  });

  it('is refused where a send of another member, queued before theirs, meets the removal first', async () => {
    const scene = await startGroup();
    const { groupId, ada, grace } = scene;
    await sendToGroup(here, groupId, say(ada.userId));
    const held = flaky.hold('PutItem');
    const first = sendToGroup(here, groupId, say(ada.userId));
    await held.arrived;
    const counted = flaky.count('BatchGetItem');
    const late = sendToGroup(here, groupId, say(grace.userId)).catch((error: unknown) => error);
    while (flaky.count('BatchGetItem') === counted) await new Promise(setImmediate);
    await there.members.find(groupId, grace.userId);
    await removal(scene);
    await applyLog(groupId);
    held.release();
    await first;
    expect(await late).toBeInstanceOf(NotFoundError);
    await expectNoTextBehindRemoval(groupId, ada.userId);
  });

  it('never has a message behind the removal, in random tangles of sends, removals and returns', async () => {
    const prng = createPrng(20_261_130);
    for (const round of upTo(6)) {
      const scene = await startGroup();
      const { groupId, ada, grace } = scene;
      const processes = [here, there, db().newContext()];
      const any = () => processes[prng.between(0, 2)] ?? here;
      const pause = async () => {
        for (let left = prng.between(0, 20); left > 0; left -= 1) await new Promise(setImmediate);
      };
      const sends = upTo(12).map(async (n) => {
        await pause();
        const key = n % 3 === 0 ? { clientKey: `${round} ${n}` } : {};
        await sendToGroup(any(), groupId, { ...say(n % 4 === 0 ? ada.userId : grace.userId), ...key }).catch(
          (error: unknown) => {
            if (!(error instanceof NotFoundError)) throw error;
          },
        );
      });
      const moves = async () => {
        for (let left = 3; left > 0; left -= 1) {
          await pause();
          await removeMember(any(), { groupId, actor: ada }, grace.handle);
          await applyLog(groupId);
          await addMembers(any(), { groupId, actor: ada }, [grace.handle], () => 'handle');
        }
      };
      await Promise.all([...sends, moves()]);
      await expectNoTextBehindRemoval(groupId, ada.userId);
    }
  });

  async function expectRefused(process: Wiring, { groupId, ada, grace }: Scene): Promise<void> {
    await expect(sendToGroup(process, groupId, say(grace.userId))).rejects.toThrow(NotFoundError);
    await expectNoTextBehindRemoval(groupId, ada.userId);
    expect((await readLog(there, groupId)).some(({ event }) => event?.type === 'member_removed')).toBe(true);
  }

  /** Goes through the log: each author is a member at that moment, and there is no gap. */
  async function expectNoTextBehindRemoval(groupId: string, ownerId: string): Promise<void> {
    const log = await readLog(there, groupId);
    expect(log.map(({ seq }) => seq)).toEqual(upTo(log.length));
    const gone = new Set<string>();
    for (const { kind, user_uuid, event } of log) {
      if (event?.type === 'member_removed') gone.add(event.user_uuid);
      if (event?.type === 'members_added') for (const userId of event.user_uuids) gone.delete(userId);
      if (kind === 'text') expect([...gone]).not.toContain(user_uuid);
    }
    expect(gone).not.toContain(ownerId);
  }
});

describe('the time of a message', () => {
  const NOW = Date.parse('2026-01-02T03:04:05.006Z');
  const at = (ms: number) => ({ clock: () => new Date(NOW + ms) });

  it.each(KINDS)(
    'does not go back in a %s group whose members send through a process with a clock 3 s behind',
    async (_, newId) => {
      const groupId = newId();
      await addGroup(db().table, { groupId, userIds: ['ada', 'grace'] });
      const [exact, behind] = [db().newContext(at(0)), db().newContext(at(-3_000))];
      const sent = [
        await sendToGroup(exact, groupId, say('ada')),
        await sendToGroup(behind, groupId, say('grace')),
        await sendToGroup(behind, groupId, { ...say('grace'), clientKey: 'key' }),
        await sendToGroup(exact, groupId, say('ada')),
      ];
      expect(sent.map(({ created_at }) => created_at)).toEqual(sent.map(() => new Date(NOW).toISOString()));
    },
  );

  it('of a message about a change does not go back either', async () => {
    const { groupId, ada } = await startGroup(db().newContext(at(0)));
    await sendToGroup(db().newContext(at(0)), groupId, say(ada.userId));
    await updateGroup(db().newContext(at(-3_000)), { groupId, actor: ada }, { name: 'Looms' });
    const log = await readLog(there, groupId);
    expect(log.map(({ created_at }) => created_at)).toEqual(log.map(() => new Date(NOW).toISOString()));
  });

  it('does not follow a clock more than 5 s ahead, which is logged', async () => {
    for (const [aheadMs, isFollowed] of [
      [5_000, true],
      [5_001, false],
    ] as const) {
      const groupId = newGroupId();
      await addGroup(db().table, { groupId, userIds: ['ada', 'grace'] });
      await sendToGroup(db().newContext(at(aheadMs)), groupId, say('ada'));
      const { context, lines } = loggingContext(at(0));
      const message = await sendToGroup(context, groupId, say('grace'));
      expect(Date.parse(message.created_at)).toBe(isFollowed ? NOW + aheadMs : NOW);
      expect(lines()).toMatchObject(isFollowed ? [] : [{ level: 'warn', group: groupId, seq: 2, aheadMs }]);
    }
  });
});

type Scene = Awaited<ReturnType<typeof startGroup>>;

async function newPerson(): Promise<Person> {
  people += 1;
  const handle = `person-${people}`;
  return { userId: await addPerson(there, handle), handle, display_name: handle };
}

/** A named group of Ada, its owner, and Grace. */
async function startGroup(creating: Wiring = there) {
  const [ada, grace] = [await newPerson(), await newPerson()];
  const { group } = await createGroup(creating, { creator: ada, name: 'Engines', handles: [grace.handle] });
  return { groupId: group.groupId, ada, grace };
}

const say = (userId: string) => ({ userId, text: 'hello' });

/** A process that writes its log to memory. */
function loggingContext(options: { readonly clock?: () => Date } = {}) {
  const written: string[] = [];
  const logger = createLogger('warn', { write: (line) => void written.push(line) });
  const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { context: db().newContext({ ...options, logger }), lines };
}

/** A process whose capacity is measured: nothing else uses its client. */
function meteredProcess() {
  const client = createDynamoClient(db().config);
  clients.push(client);
  return { process: wire({ table: openTable(client, db().tableName) }), meter: meterCapacity(client) };
}
