import { CreateTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { readDynamoConfig } from '../../backend/config.ts';
import { wire } from '../../backend/wiring.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { fill } from '../../bench/fill.ts';
import type { Item } from '../../bench/items.ts';
import { databaseFile } from '../../local/engine/embedded-engine.ts';
import { directGroupId } from '../../schema/ids.ts';
import { tableDefinition } from '../../schema/table.ts';
import { startEngine } from '../support/engine.ts';
import { groupItem, memberItem, messageItem, newUserId } from '../support/factories.ts';

/** Times between messages, in milliseconds: some messages are grouped, and there are many days. */
const STEPS_MS = [20_000, 90_000, 600_000, 3_600_000] as const;
const STARTED_MS = Date.UTC(2024, 0, 1, 9);
const WORDS = 'the station at nine then bring both tickets and that old map just in case it rains'.split(' ');

type Pair = readonly [string, string];

interface LongConversation {
  /** The handles of the two users. */
  readonly between: Pair;
  /** Number of messages, all of them read by both. */
  readonly messages: number;
}

/**
 * Creates the table in the data directory of a local run, with a long conversation in it. The embedded engine reads all of a
 * stream's records at each write, so the stream is enabled after the table is filled.
 */
export async function prepareConversation(dataDir: string, conversation: LongConversation): Promise<void> {
  const engine = await startEngine({ dbPath: databaseFile(dataDir) });
  const config = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
  const client = createDynamoClient(config);
  const { StreamSpecification, ...definition } = tableDefinition(config.tableName);
  try {
    await client.send(new CreateTableCommand(definition));
    await write(openTable(client, config.tableName), conversation);
    await client.send(new UpdateTableCommand({ TableName: config.tableName, StreamSpecification }));
  } finally {
    client.destroy();
    await engine.stop();
  }
}

async function write(table: Table, { between, messages }: LongConversation): Promise<void> {
  const userIds: Pair = [newUserId(), newUserId()];
  const context = wire({ table });
  for (const place of [0, 1] as const) {
    const handle = between[place];
    await saveProfile(context, userIds[place], { handle, display_name: handle });
  }
  await fill(table, itemsOf(userIds, messages));
}

/** The text of the message with a seq. Heights differ: one line, several, an emoji. */
export function textOf(seq: number): string {
  if (seq % 17 === 0) return '🎉';
  const length = 1 + ((seq * 7) % 60);
  return `${seq}: ${Array.from({ length }, (_, place) => WORDS[(seq + place) % WORDS.length]).join(' ')}`;
}

function* itemsOf(userIds: Pair, messages: number): Generator<Item> {
  const [one, other] = userIds;
  const groupId = directGroupId(one, other);
  yield groupItem({ groupId, created_by: one, created_at: timeOf(0) });
  for (const userId of userIds) {
    yield memberItem({
      groupId,
      userId,
      peer: userId === one ? other : one,
      last_seq: messages,
      last_at: timeOf(messages),
      last_by: authorOf(userIds, messages),
      preview: textOf(messages).slice(0, 100),
      read_seq: messages,
    });
  }
  for (let seq = 1; seq <= messages; seq += 1) {
    yield messageItem({
      groupId,
      seq,
      user_uuid: authorOf(userIds, seq),
      message: textOf(seq),
      created_at: timeOf(seq),
    });
  }
}

/** The author of a message: the two write in turns of different lengths. */
function authorOf(userIds: Pair, seq: number): string {
  return userIds[Math.floor(seq / 3 + seq / 7) % 2 === 0 ? 0 : 1];
}

function timeOf(seq: number): string {
  const cycle = STEPS_MS.reduce((sum, step) => sum + step, 0);
  const rest = STEPS_MS.slice(0, seq % STEPS_MS.length).reduce((sum, step) => sum + step, 0);
  return new Date(STARTED_MS + Math.floor(seq / STEPS_MS.length) * cycle + rest).toISOString();
}
