import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { Target } from '../explain-failure.ts';
import { findCaller } from '../caller.ts';
import { chooseRoute, type ConnectionOptions, openClient, type Route } from '../connection.ts';
import { describeTable } from '../describe-table.ts';

/** The credentials that the SDK found. The secret stays with the SDK. */
export interface Identity {
  readonly accessKeyId: string;
  /** Whether they expire: those of a role or a session do, the long-lived key of a user does not. */
  readonly isTemporary: boolean;
  /** The SDK's names of the sources that it used, such as CREDENTIALS_PROFILE, in order. */
  readonly sources: readonly string[];
}

/** An HTTP response, of any status. */
export interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  /** This machine's time of its arrival. */
  readonly receivedAt: Date;
}

const identity = z.object({
  accessKeyId: z.string(),
  sessionToken: z.string().optional(),
  $source: z.record(z.string(), z.string()).default({}),
});
const rawAnswer = z.object({ headers: z.record(z.string(), z.string()) });

/** The connection and the table that are checked. Each fact is read once, for the first check that needs it, or throws. */
export class Subject {
  /** As far as it is known, to explain failures. */
  target: Target = {};
  /** The newest response of the endpoint. */
  answer: Answer | undefined;
  readonly route: () => Promise<Route>;
  readonly client: () => Promise<DynamoDBClient>;
  readonly identity: () => Promise<Identity>;
  /** The ARN that AWS gives for these credentials. */
  readonly caller: () => Promise<string>;
  /** Undefined if the table does not exist. */
  readonly table: () => Promise<TableDescription | undefined>;
  #opened: DynamoDBClient | undefined;

  constructor(options: ConnectionOptions, prod: string | undefined) {
    this.route = once(async () => {
      const route = await chooseRoute(options, prod);
      const { endpoint, tableName } = route.config;
      this.target = endpoint === undefined ? { tableName } : { tableName, endpoint };
      return route;
    });
    this.client = once(async () => {
      const { config } = await this.route();
      this.#opened = await openClient(config, options);
      this.#noteAnswers(this.#opened);
      return this.#opened;
    });
    this.identity = once(async () => {
      const found = identity.parse(await (await this.client()).config.credentials());
      return {
        accessKeyId: found.accessKeyId,
        isTemporary: found.sessionToken !== undefined,
        sources: Object.keys(found.$source),
      };
    });
    this.caller = once(async () => {
      const { credentials, region } = (await this.client()).config;
      return findCaller({ credentials, region });
    });
    this.table = once(async () => {
      const [client, { config }] = [await this.client(), await this.route()];
      return describeTable(client, config.tableName);
    });
  }

  close(): void {
    this.#opened?.destroy();
  }

  /** Keeps each response as it arrives, also one that the SDK turns into an error. */
  #noteAnswers(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const raw = rawAnswer.safeParse(result.response);
        if (raw.success) this.answer = { headers: raw.data.headers, receivedAt: new Date() };
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'noteAnswers' },
    );
  }
}

function once<Value>(find: () => Promise<Value>): () => Promise<Value> {
  let found: Promise<Value> | undefined;
  return () => (found ??= find());
}
