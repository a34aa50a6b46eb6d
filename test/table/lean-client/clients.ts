import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { HttpResponse, type HttpRequest } from '@smithy/core/protocols';
import { type DocumentCommand, LeanClient } from '../../../backend/table/lean-client/lean-client.ts';

/** A response that a client gets in place of one of a table. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client that sends nothing: it keeps its requests, and gets these answers. */
export interface Stub {
  readonly client: DynamoDBClient;
  /** In the order in which they would have been sent. */
  readonly requests: HttpRequest[];
  readonly send: (command: DocumentCommand) => Promise<object>;
}

export type StubOptions = Omit<DynamoDBClientConfig, 'requestHandler'> & {
  readonly answer?: (request: HttpRequest, attempt: number) => Answer | Promise<Answer>;
};

const DEFAULTS: DynamoDBClientConfig = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
  maxAttempts: 1,
};

function stubOf(open: (config: DynamoDBClientConfig) => DynamoDBClient, options: StubOptions): Stub {
  const { answer = (): Answer | Promise<Answer> => ({}), ...config } = options;
  const requests: HttpRequest[] = [];
  const requestHandler = {
    handle: async (request: HttpRequest) => {
      requests.push(request);
      const { status = 200, headers = {}, body = '{}' } = await answer(request, requests.length);
      const response = new HttpResponse({
        statusCode: status,
        headers: { ...headers },
        body: Buffer.from(body),
      });
      return { response };
    },
  };
  const client = open({ ...DEFAULTS, ...config, requestHandler });
  const documents = client instanceof LeanClient ? undefined : DynamoDBDocumentClient.from(client);
  return {
    client,
    requests,
    send: (command) =>
      client instanceof LeanClient
        ? client.sendDocument(command)
        : (documents?.send(command as never) as never),
  };
}

export const leanStub = (options: StubOptions = {}): Stub =>
  stubOf((config) => new LeanClient(config), options);
export const sdkStub = (options: StubOptions = {}): Stub =>
  stubOf((config) => new DynamoDBClient(config), options);

/** A request's JSON. */
export function bodyOf({ body }: HttpRequest): string {
  return new TextDecoder().decode(body as Uint8Array);
}

/** The output of work, or its error's name and message. */
export async function outcomeOf(work: () => Promise<object>): Promise<object> {
  try {
    return { output: await work() };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** When a request was signed. */
export function signedAt({ headers }: HttpRequest): Date {
  return new Date((headers['x-amz-date'] ?? '').replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}
