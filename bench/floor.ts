import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { Pool } from 'undici';
import { fromWireItem, toWireItem } from '../backend/table/lean-client/attribute-values.ts';

/*
 * The floor: what a request to the table costs without any SDK. One HTTP request with JSON, one attempt, and a constant in
 * place of the signature. A local engine accepts it; DynamoDB does not.
 */

const UNSIGNED =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

const TARGETS = new Map<unknown, string>([
  [BatchGetCommand, 'BatchGetItem'],
  [GetCommand, 'GetItem'],
  [PutCommand, 'PutItem'],
  [QueryCommand, 'Query'],
  [UpdateCommand, 'UpdateItem'],
]);

type Item = Record<string, unknown>;

/** Sends the commands of the raw loop to an engine. */
export function floorDocuments(endpoint: string): Pick<DynamoDBDocumentClient, 'send'> {
  const pool = new Pool(endpoint);
  const send = async (command: { readonly input: Item }): Promise<unknown> => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/',
      headers: {
        authorization: UNSIGNED,
        'x-amz-date': '20260101T000000Z',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${TARGETS.get(command.constructor)}`,
      },
      body: JSON.stringify(written(command.input)),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`the engine responds with status ${statusCode}: ${text}`);
    return read(JSON.parse(text) as Item);
  };
  return { send: send as DynamoDBDocumentClient['send'] };
}

/** Plain values as attribute values. */
function written({ Key, Item, ExpressionAttributeValues: values, RequestItems, ...rest }: Item): Item {
  return {
    ...rest,
    ...(Key !== undefined && { Key: toWireItem(Key as Item) }),
    ...(Item !== undefined && { Item: toWireItem(Item as Item) }),
    ...(values !== undefined && { ExpressionAttributeValues: toWireItem(values as Item) }),
    ...(RequestItems !== undefined && { RequestItems: writtenKeys(RequestItems as Record<string, Batch>) }),
  };
}

interface Batch {
  readonly Keys: readonly Item[];
}

function writtenKeys(tables: Record<string, Batch>): Record<string, Batch> {
  const entries = Object.entries(tables);
  return Object.fromEntries(
    entries.map(([name, { Keys, ...rest }]) => [name, { ...rest, Keys: Keys.map(toWireItem) }]),
  );
}

/** The items of a page as plain values; other outputs are parsed, and not looked at by the loop. */
function read(output: Item): Item {
  return output['Items'] === undefined
    ? output
    : { ...output, Items: (output['Items'] as Item[]).map(fromWireItem) };
}
