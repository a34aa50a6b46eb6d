import {
  type _Record,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import type { StreamsClient } from '../../local/pump/streams-client.ts';

export const STREAM_ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/test/stream/2026-01-01T00:00:00.000';

interface FakeShard {
  readonly parent?: string;
  readonly records: _Record[];
  closed: boolean;
}

/** The streams API over shards that a test creates, closes and trims. Iterators are `<shard>@<index>`. */
export class FakeStreams {
  readonly shards = new Map<string, FakeShard>();
  /** Operations in order, each with the shard or the iterator's kind. */
  readonly calls: string[] = [];
  /** An error that the next call of an operation throws. */
  readonly failures: { operation: string; name: string }[] = [];
  /** Number of shards on a page of DescribeStream. */
  pageSize = 100;

  addShard(shardId: string, parent?: string): void {
    this.shards.set(shardId, { records: [], closed: false, ...(parent !== undefined && { parent }) });
  }

  close(shardId: string): void {
    this.#shard(shardId).closed = true;
  }

  put(shardId: string, ...records: _Record[]): void {
    this.#shard(shardId).records.push(...records);
  }

  failNext(operation: string, name: string): void {
    this.failures.push({ operation, name });
  }

  get client(): StreamsClient {
    const send = (command: object): Promise<object> => Promise.resolve().then(() => this.#answer(command));
    return { send } as StreamsClient;
  }

  #answer(command: object): object {
    this.#failIfAsked(command.constructor.name.replace('Command', ''));
    if (command instanceof DescribeStreamCommand) return this.#describe(command.input.ExclusiveStartShardId);
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId = '', ShardIteratorType, SequenceNumber } = command.input;
      this.calls.push(`GetShardIterator ${ShardId} ${ShardIteratorType} ${SequenceNumber ?? ''}`.trim());
      const index = this.#shard(ShardId).records.findIndex((record) => sequenceOf(record) === SequenceNumber);
      return { ShardIterator: `${ShardId}@${index + 1}` };
    }
    if (command instanceof GetRecordsCommand) return this.#getRecords(command.input);
    throw new Error('the pump calls something else');
  }

  #describe(after: string | undefined): object {
    const all = [...this.shards].map(([ShardId, { parent }]): Shard => ({
      ShardId,
      ...(parent !== undefined && { ParentShardId: parent }),
    }));
    const from = after === undefined ? 0 : all.findIndex((shard) => shard.ShardId === after) + 1;
    const page = all.slice(from, from + this.pageSize);
    const more = from + this.pageSize < all.length;
    return {
      StreamDescription: { Shards: page, ...(more && { LastEvaluatedShardId: page.at(-1)?.ShardId }) },
    };
  }

  #getRecords({
    ShardIterator = '',
    Limit = 1_000,
  }: {
    ShardIterator?: string | undefined;
    Limit?: number | undefined;
  }) {
    const [shardId = '', index = '0'] = ShardIterator.split('@');
    this.calls.push(`GetRecords ${shardId}`);
    const { records, closed } = this.#shard(shardId);
    const Records = records.slice(Number(index), Number(index) + Limit);
    const next = Number(index) + Records.length;
    const atEnd = closed && next === records.length;
    return { Records, ...(!atEnd && { NextShardIterator: `${shardId}@${next}` }) };
  }

  #failIfAsked(operation: string): void {
    const at = this.failures.findIndex((failure) => failure.operation === operation);
    const [failure] = at === -1 ? [] : this.failures.splice(at, 1);
    if (failure) throw Object.assign(new Error(`${failure.name} on demand`), { name: failure.name });
  }

  #shard(shardId: string): FakeShard {
    const shard = this.shards.get(shardId);
    if (!shard) throw Object.assign(new Error('no such shard'), { name: 'ResourceNotFoundException' });
    return shard;
  }
}

/** Creates a stream's record of a message. */
export function messageRecord(sequence: number, sk = `MSG#${String(sequence).padStart(12, '0')}`): _Record {
  return {
    eventID: `event-${sequence}`,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: new Date('2026-01-02T03:04:05.678Z'),
      Keys: { pk: { S: 'GRP#01ARZ3NDEKTSV4RRFFQ69G5FAV' }, sk: { S: sk } },
      NewImage: { seq: { N: String(sequence) } },
      SequenceNumber: String(sequence).padStart(21, '0'),
      SizeBytes: 100,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

export const sequenceOf = (record: _Record): string | undefined => record.dynamodb?.SequenceNumber;
