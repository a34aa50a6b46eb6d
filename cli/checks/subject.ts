import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { Place } from '../explain-failure.ts';
import { chooseRoute, type ConnectionOptions, openClient, type Route } from '../connection.ts';
import { describeTable } from '../describe-table.ts';

/** The credentials that the SDK found. The secret stays with the SDK. */
export interface Identity {
  readonly accessKeyId: string;
  /** They end by themselves: a role's or a session's, not a user's long-lived key. */
  readonly isTemporary: boolean;
  /** The SDK's names of the places they came through, such as CREDENTIALS_PROFILE; the first is where it began. */
  readonly sources: readonly string[];
}

/** An HTTP answer, whatever it says. */
export interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  /** This machine's time when it came. */
  readonly receivedAt: Date;
}

const identity = z.object({
  accessKeyId: z.string(),
  sessionToken: z.string().optional(),
  $source: z.record(z.string(), z.string()).default({}),
});
const rawAnswer = z.object({ headers: z.record(z.string(), z.string()) });

/** What is examined. Each fact is found out once, by whichever check asks first; one that cannot be had is thrown. */
export class Subject {
  /** As far as it is known, for those who explain failures. */
  place: Place = {};
  /** The newest answer that came from the endpoint. */
  answer: Answer | undefined;
  readonly route: () => Promise<Route>;
  readonly client: () => Promise<DynamoDBClient>;
  readonly identity: () => Promise<Identity>;
  /** Who AWS says these credentials are: an ARN. */
  readonly caller: () => Promise<string>;
  /** Undefined: there is no such table. */
  readonly table: () => Promise<TableDescription | undefined>;
  #opened: DynamoDBClient | undefined;

  constructor(options: ConnectionOptions, prod: string | undefined) {
    this.route = once(async () => {
      const route = await chooseRoute(options, prod);
      const { endpoint, tableName } = route.config;
      this.place = endpoint === undefined ? { tableName } : { tableName, endpoint };
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
      return whoIs({ credentials, region });
    });
    this.table = once(async () => {
      const [client, { config }] = [await this.client(), await this.route()];
      return describeTable(client, config.tableName);
    });
  }

  close(): void {
    this.#opened?.destroy();
  }

  /** As they come over the wire: answers that become errors, too. */
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

/** Asks STS, which needs no permission for it. */
async function whoIs(config: Pick<DynamoDBClient['config'], 'credentials' | 'region'>): Promise<string> {
  // Loaded only now: no other script asks.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const sts = new STSClient(config);
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return Arn ?? 'nobody that has a name';
  } finally {
    sts.destroy();
  }
}
