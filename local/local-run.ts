import type { RequestListener } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createApp } from '../backend/app.ts';
import type { Environment } from '../backend/config.ts';
import { type Wiring, wire } from '../backend/wiring.ts';
import { type OpenedObserver, openObserver } from '../backend/open-observer.ts';
import type { Events } from '../backend/events/changes.ts';
import { openShared } from '../backend/events/shared.ts';
import { createRateLimits } from '../backend/http/rate-limit.ts';
import type { RunningServer } from '../backend/http/server.ts';
import { createTokenVerifier } from '../backend/http/verify-token.ts';
import { WEB_DIRECTORY, webFiles, type WebFilesOptions, webSettings } from '../backend/http/web-files.ts';
import type { Logger } from '../backend/logger.ts';
import type { Observer } from '../backend/observer.ts';
import type { Redis } from '../backend/redis.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { requireSecondEdition } from '../backend/table/edition.ts';
import { loadSchema } from '../backend/table/schema-loader.ts';
import { openTable, type Table } from '../backend/table/table.ts';
import { openEncryption } from '../backend/table/encryption/open-encryption.ts';
import type { TextEncryption } from '../backend/table/encryption/text-encryption.ts';
import type { LocalConfig } from './config.ts';
import { prepareDataDir } from './data-dir.ts';
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import { demo } from './demo.ts';
import { openDevelopmentIssuer } from './development-issuer.ts';
import { developmentSignIn } from './development-sign-in.ts';
import { createEngine, type Engine } from './engine/start-engine.ts';
import type { FileStore } from '../backend/files/file-store.ts';
import { openBucket } from '../backend/files/open-bucket.ts';
import { explainFailure, type Target } from '../cli/explain-failure.ts';
import { LocalFileStore } from './files/local-file-store.ts';
import { localFiles } from './files/local-files.ts';
import { knownHandles } from './known-handles.ts';
import { startLocalServer } from './listen.ts';
import { isEveryInterface, urlHost } from './own-hosts.ts';
import { followTable, type TablePump } from './pump/follow-table.ts';
import { seedOnce } from './seed/seed-once.ts';
import { createStartingApp, ownHostsOnly } from './starting-app.ts';
import { explainingLogger, type Ready } from './terminal.ts';
import { codeOf, UserError } from '../cli/user-error.ts';

const SHOWN_HANDLES = 10;
/** For clients without a token. */
const TOKEN_HINT = 'On this machine, bin/token <handle> prints one.';

/** Everything on one machine: engine, schema, seed, issuer, API and stream pump, started and stopped together. */
export class LocalRun {
  readonly #config: LocalConfig;
  readonly #environment: Environment;
  readonly #logger: Logger;
  #lock: DataDirLock | undefined;
  #server: RunningServer | undefined;
  #engine: Engine | undefined;
  #client: DynamoDBClient | undefined;
  #pump: TablePump | undefined;
  #redis: Redis | undefined;
  #events: Events | undefined;
  #observed: OpenedObserver | undefined;
  #stopping = false;
  /** Responds to requests; the API's listener once there is one. */
  #listener: RequestListener;

  constructor(parts: { config: LocalConfig; environment: Environment; logger: Logger }) {
    this.#config = parts.config;
    this.#environment = parts.environment;
    this.#logger = explainingLogger(parts.logger, () => this.#target());
    const { corsOrigins } = parts.config.api;
    this.#listener = createStartingApp({ logger: this.#logger.child({ name: 'api' }), corsOrigins });
  }

  /**
   * Starts every part, and is done once all of them respond. It first checks what the user may have set wrongly.
   * @throws UserError, or another error that `explainFailure` explains; `stop` ends the parts that were started.
   */
  async start(): Promise<Ready> {
    const dataDir = prepareDataDir(this.#config.dataDir);
    this.#lock = await lockDataDir(dataDir);
    // The port is taken before anything is started on it: a request that arrives too early gets a response that says when to try again.
    this.#server = await this.#listen();
    this.#goOn();
    this.#observed = await this.#openObserver();
    this.#goOn();
    this.#engine = await this.#startEngine(dataDir);
    this.#goOn();
    const table = await this.#openTable(this.#engine);
    this.#goOn();
    const encryption = await openEncryption(this.#config.api.texts, {
      logger: this.#logger.child({ name: 'api' }),
      recorder: this.#observed.observer.recorder,
    });
    await seedOnce({ table, encryption, dataDir, engine: this.#engine.description, logger: this.#logger });
    this.#goOn();
    const { bucket } = this.#config.api;
    const fileStore = bucket ? await openBucket(bucket) : await LocalFileStore.open(dataDir, new Date());
    const context = await this.#openContext(table, encryption, fileStore, this.#observed.observer);
    this.#goOn();
    await this.#serve(dataDir, context);
    await this.#follow(dataDir, context);
    return {
      ...urlsOf(this.#config.access.address, this.#server.port),
      dataDir,
      engine: this.#engine.description,
      handles: await knownHandles(context, SHOWN_HANDLES),
    };
  }

  /** Stops what runs, also during a start: responds to the requests in flight, and finishes the current batch. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([this.#server?.stop(), this.#pump?.stop()]);
    await this.#events?.close();
    await this.#redis?.close();
    await this.#observed?.stop();
    this.#client?.destroy();
    await this.#engine?.stop();
    await this.#lock?.release();
  }

  /** Explains in one line an error that `start` threw. */
  explain(error: unknown): string {
    return explainFailure(error, this.#target());
  }

  /** Where the table is, as far as it is known yet. */
  #target(): Target {
    const { endpoint, tableName } = this.#engine?.dynamo ?? this.#config.api.dynamo;
    return endpoint === undefined ? { tableName } : { endpoint, tableName };
  }

  /** @throws UserError if the run is being stopped: then nothing more may be started. */
  #goOn(): void {
    if (this.#stopping) throw new UserError('stopped while starting');
  }

  async #listen(): Promise<RunningServer> {
    const { access, api } = this.#config;
    const { port } = api;
    const { address } = access;
    const logger = this.#logger.child({ name: 'api' });
    const listener = ownHostsOnly((request, response) => this.#listener(request, response), {
      logger,
      access,
    });
    try {
      return await startLocalServer(listener, { port, address });
    } catch (error) {
      if (codeOf(error) === 'EADDRNOTAVAIL' && address !== undefined)
        throw new UserError(`LISTEN_ADDRESS ${address} is not an address of this machine`, { cause: error });
      const reason = codeOf(error) === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${codeOf(error)})`;
      throw new UserError(`port ${port} ${reason}: set PORT to another one, or stop what uses it`, {
        cause: error,
      });
    }
  }

  async #openObserver(): Promise<OpenedObserver> {
    const { observer: config, dynamo } = this.#config.api;
    try {
      return await openObserver({
        config,
        tableName: dynamo.tableName,
        logger: this.#logger.child({ name: 'metrics' }),
      });
    } catch (error) {
      const reason = `cannot be opened (${codeOf(error)})`;
      throw new UserError(`METRICS_PORT ${config.server?.port ?? ''} ${reason}: set it to another port`, {
        cause: error,
      });
    }
  }

  async #startEngine(dataDir: string): Promise<Engine> {
    const engine = await createEngine({
      dataDir,
      dynamo: this.#config.api.dynamo,
      environment: this.#environment,
      logger: this.#logger.child({ name: 'engine' }),
    });
    // Assigned before it is started, so that a stop in between finds it.
    this.#engine = engine;
    this.#goOn();
    await engine.start();
    return engine;
  }

  async #openTable({ dynamo }: Engine): Promise<Table> {
    const client = createDynamoClient(dynamo);
    this.#client = client;
    this.#observed?.observeClient(client);
    const { created } = await loadSchema(client, dynamo.tableName);
    if (created) this.#logger.info({ table: dynamo.tableName }, 'table created');
    const table = openTable(client, dynamo.tableName);
    await requireSecondEdition(table);
    return table;
  }

  async #openContext(
    table: Table,
    encryption: TextEncryption,
    fileStore: FileStore,
    observer: Observer,
  ): Promise<Wiring> {
    const { redisUrl: url, maxGroupMembers, messageMaxChars, attachments } = this.#config.api;
    const logger = this.#logger.child({ name: 'api' });
    const { live, redis } = await openShared({
      url,
      tableName: table.name,
      logger,
      recorder: observer.recorder,
    });
    this.#redis = redis;
    this.#events = live.events;
    return wire({
      table,
      encryption,
      live,
      logger,
      maxGroupMembers,
      messageMaxChars,
      fileStore,
      attachmentLimits: attachments,
      observer,
    });
  }

  async #serve(dataDir: string, context: Wiring): Promise<void> {
    const { api } = this.#config;
    const development = await openDevelopmentIssuer(dataDir, this.#environment);
    const { cognito, oidc, clockSkewS, trustProxy, corsOrigins, rateLimits, dynamo } = api;
    const logger = this.#logger.child({ name: 'api' });
    const web: WebFilesOptions = {
      directory: WEB_DIRECTORY,
      settings: { ...webSettings({ ...api, hasFiles: true }, true), demo: true },
      filesOrigin: context.fileStore?.origin,
    };
    this.#listener = createApp({
      context,
      verifyToken: createTokenVerifier(
        { development, clockSkewS, ...(cognito && { cognito }), ...(oidc && { oidc }) },
        { logger },
      ),
      limits: createRateLimits({
        limits: rateLimits,
        ...(this.#redis && { redis: this.#redis }),
        tableName: dynamo.tableName,
        logger,
      }),
      logger,
      corsOrigins,
      tokenHint: TOKEN_HINT,
      screens: [
        developmentSignIn({ context, issuer: development, access: this.#config.access, corsOrigins }),
        ...(context.fileStore instanceof LocalFileStore ? [localFiles(context.fileStore)] : []),
        demo(web),
        webFiles(web),
      ],
      ...(trustProxy !== undefined && { trustProxy }),
    });
  }

  async #follow(dataDir: string, context: Wiring): Promise<void> {
    const { engine, client } = { engine: this.#engine, client: this.#client };
    if (!engine || !client) return;
    this.#pump = followTable({
      client,
      dynamo: engine.dynamo,
      stores: context,
      dataDir,
      logger: this.#logger.child({ name: 'pump' }),
    });
    await this.#pump.start();
  }
}

/** The URLs of the server: with a local name if there is one, and with this machine's addresses if it is open. */
function urlsOf(address: string | undefined, port: number): Pick<Ready, 'url' | 'networkUrls'> {
  const toUrl = (host: string) => `http://${urlHost(host)}:${port}`;
  if (address === undefined) return { url: toUrl('localhost'), networkUrls: [] };
  if (!isEveryInterface(address)) return { url: toUrl(address), networkUrls: [toUrl(address)] };
  const others = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ internal, family }) => !internal && (family === 'IPv4' || address === '::'))
    // A link-local address is useless without the name of an interface, which a URL cannot contain.
    .filter((found) => !('scopeid' in found) || found.scopeid === 0);
  return { url: toUrl('localhost'), networkUrls: others.map((other) => toUrl(other.address)) };
}
