import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { type DocumentCommand, LeanClient } from '../../backend/table/lean-client/lean-client.ts';

/*
 * Compares our client with the SDK's document client while tests run: both serialise each form of an input and read each
 * form of a response. The SDK's client gets the response from here, and sends nothing.
 */

/** What a request became, and what came of its response. */
interface Passage {
  /** The request's JSON. */
  readonly body: string;
  readonly result: { readonly output: object } | { readonly error: Error };
}

const commands = new AsyncLocalStorage<DocumentCommand>();

/**
 * The forms that were compared in this process. Two commands have one form if they differ only in ids and numbers, in the
 * attributes that they return, in the names and values of those that they send, and in how often a list has an element of
 * the same form. The SDK takes ten times our time for a command; test/table/lean-client compares attributes of all kinds.
 */
const compared = new Set<string>();

/** Returns the differences that are found from now on, a sentence each. There are none for the SDK's own client. */
export function compareClients(client: DynamoDBClient): readonly string[] {
  const differences: string[] = [];
  if (!(client instanceof LeanClient)) return differences;
  const sdk = openSdk();
  const send = client.sendDocument.bind(client);
  client.sendDocument = (command) => commands.run(command, () => send(command));
  client.middlewareStack.add(
    (next) => async (args) => {
      const settled = await next(args).then(
        (result) => ({ response: result.response, result: { output: result.output as object } }),
        (error: unknown) => ({
          response: Reflect.get(error as Error, '$response') as unknown,
          result: { error: error as Error },
        }),
      );
      const { response, result } = settled;
      const command = commands.getStore();
      if (command && HttpRequest.isInstance(args.request) && HttpResponse.isInstance(response)) {
        const body = String(args.request.body);
        const form = formOf(command, body, response);
        if (!compared.has(form)) {
          compared.add(form);
          const other = await throughSdk(sdk, { command, input: args.input, body }, response);
          differences.push(...differencesOf(command, { body, result }, other));
        }
      }
      if ('error' in result) throw result.error;
      return { response, output: result.output as never };
    },
    { step: 'deserialize', priority: 'high', name: 'compareClients' },
  );
  return differences;
}

/** Returns what `compared` keeps of a command. It is not parsed: that would take as long as the command itself. */
function formOf({ constructor: { name } }: DocumentCommand, request: string, response: HttpResponse): string {
  const answer = Buffer.from(response.body as Uint8Array).toString();
  const sent = request.replaceAll(ATTRIBUTE, '$1$2');
  const form = `${name} ${sent} ${response.statusCode} ${answer.replaceAll(ATTRIBUTE, '')}`;
  // A word with a digit is an id, a table's or an expression's.
  return form.replaceAll(/[\w-]*\d[\w-]*/g, '0').replaceAll(/(\{\w*\},?)\1+/g, '$1');
}

/** An attribute or an element of a list in JSON, with its type. Lists and maps are what remains around those in them. */
const ATTRIBUTE = /(?:"[^"\\]*":)?\{"(?:([SNB])":"(?:[^"\\]|\\.)*"|(BOOL|NULL)":\w+)\},?/g;

/** A client of the SDK's whose requests are answered by what they are sent with. */
function openSdk(): DynamoDBDocumentClient {
  const sdk = new DynamoDBClient({
    ...{ region: 'us-east-1', endpoint: 'http://sdk.invalid', maxAttempts: 1 },
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: {
      handle: (request: HttpRequest, options: object) => {
        const { response, sent } = options as Answer;
        sent(new TextDecoder().decode(request.body as Uint8Array));
        const { statusCode, headers } = response;
        const body = Buffer.from(response.body as Uint8Array);
        return Promise.resolve({ response: new HttpResponse({ statusCode, headers: { ...headers }, body }) });
      },
    },
  });
  return DynamoDBDocumentClient.from(sdk);
}

/** The SDK passes the options of a request on to its handler. */
interface Answer {
  readonly response: HttpResponse;
  readonly sent: (body: string) => void;
}

/** Sends the same input through the SDK's client, which gets this response. */
async function throughSdk(
  sdk: DynamoDBDocumentClient,
  { command, input, body: ourBody }: { command: DocumentCommand; input: object; body: string },
  response: HttpResponse,
): Promise<Passage> {
  let body = '';
  const SameCommand = command.constructor as new (input: object) => never;
  // The token that the SDK makes up for a transaction is random.
  const { ClientRequestToken } = JSON.parse(ourBody) as { ClientRequestToken?: string };
  const same = new SameCommand({ ...input, ...(ClientRequestToken !== undefined && { ClientRequestToken }) });
  const answer: Answer = { response, sent: (text) => (body = text) };
  const result = await sdk.send(same, answer as object).then(
    (output: object) => ({ output }),
    (error: unknown) => ({ error: error as Error }),
  );
  return { body, result };
}

function differencesOf({ constructor: { name } }: DocumentCommand, ours: Passage, sdks: Passage): string[] {
  const differ = (what: string, one: unknown, other: unknown) =>
    isDeepStrictEqual(one, other)
      ? []
      : [`${name}: ${what} of our client is ${JSON.stringify(one)}, of the SDK's ${JSON.stringify(other)}`];
  return [
    ...differ('the body', ours.body, sdks.body),
    ...differ('the result', plainResult(ours), plainResult(sdks)),
  ];
}

/** An output or an error, with everything that code can read from it. */
export function plainResult({ result }: Pick<Passage, 'result'>): object {
  const [kind, value] = Object.entries(result)[0] as [string, Record<string, unknown>];
  const { $metadata, ...rest } = value as { $metadata?: Record<string, unknown> };
  const { httpStatusCode, requestId } = $metadata ?? {};
  const { name, message } = value;
  return { kind, ...rest, httpStatusCode, requestId, ...(value instanceof Error && { name, message }) };
}
