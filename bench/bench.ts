import type { DynamoConfig } from '../backend/config.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { ApiClient } from './api-client.ts';
import type { ApiCommands } from './api-process.ts';
import type { Child, Children } from './children.ts';
import { type Engine, startEngine } from './engine.ts';
import { fill } from './fill.ts';
import { createIssuer } from './people.ts';
import type { Plan } from './plan.ts';
import type { RawCommands } from './raw-process.ts';
import type { ReplayCommands } from './replay-process.ts';
import { createWorld, type RawSide, type World } from './world.ts';

/** An API in its own process, and a client of it. */
export interface ApiUnderTest {
  readonly process: Child<ApiCommands>;
  readonly client: ApiClient;
}

/** The API and the raw loop with the SDK's document client, as they are timed. */
export interface Timed {
  readonly world: World;
  readonly api: ApiUnderTest;
  readonly raw: Child<RawCommands>;
  /** Closes what this process itself has open. */
  close(): Promise<void>;
}

/** Both against the engine. */
export interface EngineBench extends Timed {
  readonly engine: Engine;
  /** Number of items in the table before anything is measured. */
  readonly items: number;
  /** Both sides again, requesting the units that each operation consumes: too slow to be timed. */
  readonly metered: { readonly api: ApiUnderTest; readonly raw: Child<RawCommands> };
}

/** Both against recorded responses, and what else the API is compared with. */
export interface ReplayedBench extends Timed {
  /** The API with `DDB_CLIENT=sdk`. */
  readonly sdkApi: ApiUnderTest;
  /** The raw loop with a client that has the SDK's default settings. */
  readonly defaults: Child<RawCommands>;
  /** The raw loop with the API's own client. */
  readonly lean: Child<RawCommands>;
  /** The raw loop without any SDK: HTTP and JSON, unsigned. */
  readonly floor: Child<RawCommands>;
}

/** Starts an engine with the items of a plan, and what is timed against it. */
export async function startEngineBench(children: Children, plan: Plan): Promise<EngineBench> {
  const { engine, world, items, startApi, startRaw } = await prepare(children, plan);
  const [api, raw] = [await startApi(engine.dynamo), await startRaw('raw', engine.dynamo)];
  const metered = {
    api: await startApi(engine.dynamo, true),
    raw: await startRaw('metered', engine.dynamo),
  };
  return { engine, world, items, api, raw, metered, close: () => closeClients([api, metered.api]) };
}

/** Starts an engine with the callers' items alone, a process that replays its responses, and all that is compared. */
export async function startReplayedBench(children: Children, plan: Plan): Promise<ReplayedBench> {
  const callersOnly = { ...plan, messages: [], groups: [] };
  const { engine, world, startApi, startRaw } = await prepare(children, callersOnly);
  const dynamo = await startReplay(children, engine.dynamo);
  const [api, sdkApi] = [await startApi(dynamo), await startApi({ ...dynamo, client: 'sdk' })];
  return {
    world,
    api,
    sdkApi,
    raw: await startRaw('raw', dynamo),
    defaults: await startRaw('defaults', dynamo),
    lean: await startRaw('lean', dynamo),
    floor: await startRaw('floor', dynamo),
    close: () => closeClients([api, sdkApi]),
  };
}

/** Starts an engine, writes the items, and signs tokens for all people. Returns how the rest is started. */
async function prepare(children: Children, plan: Plan) {
  const engine = await startEngine(children);
  const { world, items } = createWorld(plan);
  const written = await fillTable(engine, items);
  const issuer = await createIssuer();
  const tokens = new Map<string, string>();
  for (const { userId } of [...world.callers, ...world.histories, ...world.inboxes]) {
    tokens.set(userId, `Bearer ${await issuer.signToken(userId)}`);
  }
  const startApi = async (dynamo: DynamoConfig, metered = false): Promise<ApiUnderTest> => {
    const process = children.fork<ApiCommands>('api-process.ts');
    const { port } = await process.call('start', {
      dynamo,
      tokens: { development: issuer.source },
      metered,
    });
    return { process, client: new ApiClient(port, Math.max(...plan.clients), tokens) };
  };
  const startRaw = async (side: RawSide, dynamo: DynamoConfig) => {
    const process = children.fork<RawCommands>('raw-process.ts');
    await process.call('start', { dynamo, world, side });
    return process;
  };
  return { engine, world, items: written, startApi, startRaw };
}

async function closeClients(apis: readonly ApiUnderTest[]): Promise<void> {
  await Promise.all(apis.map(({ client }) => client.close()));
}

/** Starts the process that replays the engine's responses. Returns how it is reached. */
async function startReplay(children: Children, dynamo: DynamoConfig): Promise<DynamoConfig> {
  const process = children.fork<ReplayCommands>('replay-process.ts');
  return { ...dynamo, endpoint: await process.call('start', dynamo.endpoint ?? '') };
}

async function fillTable({ dynamo }: Engine, items: Parameters<typeof fill>[1]): Promise<number> {
  const client = createDynamoClient(dynamo);
  try {
    return await fill(openTable(client, dynamo.tableName), items);
  } finally {
    client.destroy();
  }
}
