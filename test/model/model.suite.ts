import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GroupAnswer, MessageGroupAnswer } from '../../backend/presentation/message-group.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { createPrng } from '../support/prng.ts';
import { startSummaries, type Summaries } from '../support/pump.ts';
import { readLog, upTo } from '../support/scene.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';
import { GroupModel } from './model.ts';
import { People, type Stage } from './people.ts';
import { UnrulyDelivery } from './unruly-delivery.ts';

/*
 * `npm run test:model`: 3 to 8 people do 2,000 operations in three groups through two APIs over one table, while the
 * stream is delivered late, twice and in another order, and the Lambda is slow. Ten times during the run all work is
 * finished: every user's inbox must then equal the one that a model reads from the logs.
 * MODEL_OPERATIONS is the number of operations, MODEL_SEED repeats the random numbers of an earlier run.
 */

const OPERATIONS = Number(process.env['MODEL_OPERATIONS'] ?? 2_000);
const SEED = Number(process.env['MODEL_SEED'] ?? Date.now() % 1_000_000);
const GROUPS = 3;
/** Maximum operations at once. */
const AT_ONCE = 6;
const STOPS = 10;
/** Delay between the Lambda's reads and its writes, in which other writes can happen. */
const SLOWEST_WRITE_MS = 25;

describe(`every user's inbox, after ${OPERATIONS} operations (MODEL_SEED=${SEED})`, () => {
  const prng = createPrng(SEED);
  let db: TestTable;
  let apis: readonly [TestApi, TestApi];
  let slow: FlakyEngine;
  let summaries: Summaries;
  let delivery: UnrulyDelivery;
  let people: Caller[];
  let stages: Stage[];

  beforeAll(async () => {
    db = await createTestTable({ stream: true });
    const first = await startTestApi({ table: db.table });
    apis = [first, await startTestApi({ table: db.through(db.endpoint), issuer: first.issuer })];
    slow = await startFlakyEngine(db.endpoint);
    slow.before('UpdateItem', () => sleep(prng.between(0, SLOWEST_WRITE_MS)), { times: Infinity });
    summaries = await startSummaries(db, {
      endpoint: slow.endpoint,
      deliverBy: (handler) => (delivery = new UnrulyDelivery(handler, createPrng(SEED + 1))).take,
    });
    people = await Promise.all(upTo(prng.between(3, 8)).map(() => first.person()));
    stages = await Promise.all(upTo(GROUPS).map((n) => startStage(`Group ${n}`)));
  });

  afterAll(async () => {
    await summaries.stop();
    await slow.close();
    await Promise.all(apis.map((api) => api.stop()));
    await db.close();
  });

  it('equals the inbox that a model reads from the logs', async () => {
    const ports = [apis[0].port, apis[1].port] as const;
    const crowd = new People({ people, stages, ports, prng });
    for (const stop of upTo(STOPS)) {
      let left = Math.ceil((OPERATIONS * stop) / STOPS) - Math.ceil((OPERATIONS * (stop - 1)) / STOPS);
      const worker = async () => {
        while ((left -= 1) >= 0) await crowd.act();
      };
      await Promise.all(upTo(AT_ONCE).map(worker));
      await delivery.whileNothingIsHeldBack(expectToBeByLog);
    }
    process.stdout.write(
      `${people.length} people: ${JSON.stringify(crowd.counts)}; ${delivery.delivered} records, ${delivery.repeated} again\n`,
    );
  }, 300_000);

  const expectToBeByLog = async (): Promise<void> => {
    const models = await readModels();
    for (const { model } of models) expect(model.isSound).toBe(true);
    const check = async () => {
      for (const person of people) {
        expect(await inboxOf(person)).toEqual(expectedInbox(person, models));
      }
    };
    await eventually(check, { within: 30_000 });
    for (const { stage, model } of models) expect(await rolesIn(stage)).toEqual(model.roles());
  };

  const startStage = async (name: string): Promise<Stage> => {
    const [creator, ...others] = people;
    if (!creator) throw new Error('there is no creator');
    const { uuid } = await creator.createGroup(
      name,
      others.map(({ handle }) => handle),
    );
    return { groupId: uuid, founders: others.map(({ userId }) => userId), marks: [], sent: [], tail: 1 };
  };

  const readModels = () =>
    Promise.all(
      stages.map(async (stage) => ({
        stage,
        model: new GroupModel(await openLog(stage), stage.founders),
      })),
    );

  const openLog = async ({ groupId }: Stage) =>
    apis[0].context.codec.decode(await readLog(db.newContext(), groupId));

  /** The inbox that both processes show, which must be equal. */
  const inboxOf = async (person: Caller): Promise<MessageGroupAnswer[]> => {
    const [one, other] = await Promise.all(apis.map((api) => person.at(api).inbox()));
    expect(one).toEqual(other);
    return one ?? [];
  };

  const expectedInbox = ({ userId }: Caller, models: Awaited<ReturnType<typeof readModels>>) =>
    models
      .filter(({ model }) => userId in model.roles())
      .map(({ stage, model }) => model.row(stage.groupId, userId, stage.marks, nameOf))
      .sort((one, other) => (orderOf(one) < orderOf(other) ? 1 : -1))
      .map((row) => ({ ...row, kind: 'group', display_name: row.name, handle: null, visibility: 'private' }))
      .map((row) => ({ ...row, muted: 'none', favourite: false, archived: false, marked_unread: false }));

  /** A caller's name is their handle. */
  const nameOf = (userId: string): string => people.find((person) => person.userId === userId)?.handle ?? '';

  const rolesIn = async ({ groupId }: Stage): Promise<Record<string, string>> => {
    for (const person of people) {
      const answer = await person.get(`/api/message_groups/${groupId}`);
      if (answer.status !== 200) continue;
      const { members } = answer.json() as GroupAnswer;
      return Object.fromEntries(members.map(({ user_uuid, role }) => [user_uuid, role]));
    }
    return {};
  };
});

function orderOf({ created_at, uuid }: { readonly created_at: string; readonly uuid: string }): string {
  return `${created_at}#${uuid}`;
}
