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

/** Everything that runs during a benchmark. */
export interface Bench {
  readonly engine: Engine;
  readonly world: World;
  /** Number of items in the table before anything is measured. */
  readonly items: number;
  readonly api: ApiUnderTest;
  /** The API with `DDB_CLIENT=sdk`. */
  readonly sdkApi: ApiUnderTest;
  /** The raw loop with the API's own client. */
  readonly lean: Child<RawCommands>;
  readonly raw: Child<RawCommands>;
  /** The raw loop with a client that has the SDK's default settings. */
  readonly defaults: Child<RawCommands>;
  /** The raw loop without any SDK: HTTP and JSON, unsigned. */
  readonly floor: Child<RawCommands>;
  /** Both sides again, requesting the units that each operation consumes: too slow to be timed. */
  readonly metered: { readonly api: ApiUnderTest; readonly raw: Child<RawCommands> };
  /** Closes what this process itself has open. */
  close(): Promise<void>;
}

/**
 * Starts every process, writes the items, and signs tokens for all people.
 * @param replayed whether what is timed gets recorded responses in place of the engine's.
 */
export async function startBench(children: Children, plan: Plan, replayed = false): Promise<Bench> {
  const engine = await startEngine(children);
  const { world, items } = createWorld(plan);
  const written = await fillTable(engine, items);
  const issuer = await createIssuer();
  const tokens = new Map<string, string>();
  for (const { userId } of [...world.callers, ...world.histories, ...world.inboxes]) {
    tokens.set(userId, `Bearer ${await issuer.signToken(userId)}`);
  }
  const timed = replayed ? await startReplay(children, engine.dynamo) : engine.dynamo;
  const startApi = async (dynamo: DynamoConfig, metered = false): Promise<ApiUnderTest> => {
    const process = children.fork<ApiCommands>('api-process.ts');
    const { port } = await process.call('start', {
      dynamo,
      tokens: { development: issuer.source },
      metered,
    });
    return { process, client: new ApiClient(port, Math.max(...plan.clients), tokens) };
  };
  const startRaw = async (side: RawSide, dynamo = timed) => {
    const process = children.fork<RawCommands>('raw-process.ts');
    await process.call('start', { dynamo, world, side });
    return process;
  };
  const api = await startApi(timed);
  const sdkApi = await startApi({ ...timed, client: 'sdk' });
  const meteredApi = await startApi(engine.dynamo, true);
  return {
    engine,
    world,
    items: written,
    api,
    sdkApi,
    lean: await startRaw('lean'),
    raw: await startRaw('raw'),
    defaults: await startRaw('defaults'),
    floor: await startRaw('floor'),
    metered: { api: meteredApi, raw: await startRaw('metered', engine.dynamo) },
    close: async () => {
      await Promise.all([api, sdkApi, meteredApi].map(({ client }) => client.close()));
    },
  };
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
