import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { namedMemberSince } from '../backend/domain/membership.ts';
import { newSystemMessage } from '../backend/domain/new-message.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { groupItemOf, memberItemOf, messageItemOf, summaryOf } from '../backend/table/items.ts';
import { openTable } from '../backend/table/table.ts';
import { ApiClient } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import { type Children, withChildren } from './children.ts';
import { type Engine, startEngine } from './engine.ts';
import { fill } from './fill.ts';
import { type Item, profile, TEXT } from './items.ts';
import { describeMachine, type Machine } from './machine.ts';
import { markdownTable, PAGE, PAGE_FILE } from './page.ts';
import { writeSection } from './page-section.ts';
import { CIRCLES, createIssuer, type Issuer, userId } from './people.ts';
import type { Grid } from './report.ts';
import { quantile } from './statistics.ts';
import { gridText } from './terminal.ts';

/*
 * `npm run bench:joins`: how many users a second join one public group, and how many messages a second they send to it then.
 * Both take turns: each is written at the next seq of the group's log. Within a process they queue; processes meet at the seq,
 * and the slower one reads the log's end again, for a join the group too.
 */

const RETRY_MS = 1_000;

/** Clients that join and send at once, and the number of API processes that they are spread over. */
const SETTINGS = [
  { clients: 1, processes: 1 },
  { clients: 8, processes: 1 },
  { clients: 20, processes: 1 },
  { clients: 20, processes: 2 },
  { clients: 20, processes: 4 },
] as const;

const options = new Command('npm run bench:joins --')
  .description('Measures how many users a second join one public group, and send to it. Takes a minute.')
  .addOption(
    new Option('--joins <n>', 'joins, and messages, of each measurement').default(400).argParser(Number),
  )
  .option('--write', `also writes the part on joins of ${PAGE}`)
  .parse()
  .opts<{ joins: number; write?: true }>();

type Request = Parameters<ApiClient['do']>[0];

interface Result {
  readonly clients: number;
  readonly processes: number;
  readonly joins: Rate;
  readonly sends: Rate;
}

interface Rate {
  readonly perSecond: number;
  /** Times from the first attempt to the answer 200. */
  readonly ms: readonly number[];
  /** Answers 503, after which the client tried again. */
  readonly busy: number;
}

/** A public group of one member. */
function* group(groupId: string): Generator<Item> {
  const owner = userId(CIRCLES.callers, 0);
  const message = newSystemMessage({
    ...{ groupId, userId: owner, event: { type: 'group_created', name: 'Bench' } },
    ...{ tail: { seq: 0, n: 0 }, messageId: groupId, createdAt: new Date() },
  });
  yield messageItemOf(message);
  yield memberItemOf(namedMemberSince(message, { userId: owner, role: 'owner', logId: groupId }));
  yield groupItemOf({
    ...{ groupId, kind: 'group', name: 'Bench', visibility: 'public', log_id: groupId },
    ...{ created_by: owner, created_at: message.created_at, member_count: 1, membership_seq: 1 },
    ...summaryOf(message),
  });
}

async function measure(
  children: Children,
  engine: Engine,
  issuer: Issuer,
  { clients, processes, place }: { clients: number; processes: number; place: number },
): Promise<Result> {
  const groupId = String(place).padStart(26, '0');
  const people = Array.from({ length: options.joins }, (_, number) =>
    userId(CIRCLES.peers, place * options.joins + number),
  );
  const tokens = new Map(
    await Promise.all(people.map(async (id) => [id, `Bearer ${await issuer.signToken(id)}`] as const)),
  );
  const dynamo = createDynamoClient(engine.dynamo);
  await fill(openTable(dynamo, engine.dynamo.tableName), [
    ...group(groupId),
    ...people.map((id) => profile(id, `p-${id.slice(-6)}`)),
  ]);
  dynamo.destroy();
  const apis = await Promise.all(
    Array.from({ length: processes }, async () => {
      const process = children.fork<ApiCommands>('api-process.ts');
      const parts = { dynamo: engine.dynamo, tokens: { development: issuer.source }, metered: false };
      return new ApiClient((await process.call('start', parts)).port, clients, tokens);
    }),
  );
  const join = (id: string): Request => ({
    userId: id,
    method: 'POST',
    path: `/api/message_groups/${groupId}/join`,
  });
  const send = (id: string): Request => ({
    userId: id,
    method: 'POST',
    path: '/api/messages',
    body: { message: TEXT, message_group_uuid: groupId },
  });
  const joins = await measureRate({ apis, clients, people, request: join });
  const sends = await measureRate({ apis, clients, people, request: send });
  await Promise.all(apis.map((api) => api.close()));
  return { clients, processes, joins, sends };
}

/** One request of each user, from clients at once that are spread over the processes. */
async function measureRate(parts: {
  readonly apis: readonly ApiClient[];
  readonly clients: number;
  readonly people: readonly string[];
  readonly request: (userId: string) => Request;
}): Promise<Rate> {
  const { apis, clients, people, request } = parts;
  let busy = 0;
  const ms: number[] = [];
  const succeed = async (api: ApiClient, id: string) => {
    const begun = performance.now();
    for (;;) {
      try {
        await api.do(request(id));
        break;
      } catch (error) {
        if (!(error instanceof Error) || !error.message.includes(': 503 ')) throw error;
        busy += 1;
        await sleep(RETRY_MS);
      }
    }
    ms.push(performance.now() - begun);
  };
  const left = people.values();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const api = apis[client % apis.length];
      for (const id of left) if (api) await succeed(api, id);
    }),
  );
  return { perSecond: people.length / ((performance.now() - begun) / 1_000), ms, busy };
}

function gridOf(results: readonly Result[], what: 'joins' | 'sends'): Grid {
  return {
    head: ['clients', 'API processes', `${what} a second`, 'p50 ms', 'p99 ms', '503'],
    rows: results.map(({ clients, processes, [what]: { perSecond, ms, busy } }) => [
      String(clients),
      String(processes),
      perSecond.toFixed(0),
      quantile(ms, 0.5).toFixed(0),
      quantile(ms, 0.99).toFixed(0),
      String(busy),
    ]),
  };
}

function sectionOf(results: readonly Result[], { cpu, cores, node, loadBefore, date }: Machine): string {
  return `## Joins to one group

${options.joins} users join one public group, each client one user after another; after a 503 it tries again a second later. The API
processes, the engine and the clients share the machine's cores. ${date}, ${cpu}, ${cores} cores, node ${node}, load average before the
run ${loadBefore.toFixed(1)}.

${markdownTable(gridOf(results, 'joins'))}

Then each of them sends one message to it, in the same way:

${markdownTable(gridOf(results, 'sends'))}`;
}

await withChildren(async (children) => {
  const machine = describeMachine();
  const engine = await startEngine(children);
  const issuer = await createIssuer();
  const results: Result[] = [];
  for (const [index, setting] of SETTINGS.entries()) {
    results.push(await measure(children, engine, issuer, { ...setting, place: index + 1 }));
  }
  for (const what of ['joins', 'sends'] as const)
    process.stdout.write(
      `${gridText(`${options.joins} ${what} to one public group`, gridOf(results, what))}\n`,
    );
  if (options.write) await writeSection(PAGE_FILE, 'bench:joins', sectionOf(results, machine));
});
