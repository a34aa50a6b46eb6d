import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
} from '@aws-sdk/client-dynamodb-streams';
import type { Logger } from '../../backend/logger.ts';
import type { StreamPosition } from './stream-position.ts';
import type { StreamsClient } from './streams-client.ts';

/** The result of one read of a shard. */
export interface ShardPage {
  readonly records: readonly _Record[];
  /** No record will ever follow these. */
  readonly last: boolean;
}

/** Reads one shard, page by page, from the stored position. */
export class ShardReader {
  readonly shardId: string;
  readonly streamArn: string;
  readonly #client: StreamsClient;
  readonly #position: StreamPosition;
  readonly #logger: Logger;
  /** Undefined: a new one is requested, from the stored position. */
  #iterator: string | undefined;

  constructor(parts: {
    shardId: string;
    streamArn: string;
    client: StreamsClient;
    position: StreamPosition;
    logger: Logger;
  }) {
    this.shardId = parts.shardId;
    this.streamArn = parts.streamArn;
    this.#client = parts.client;
    this.#position = parts.position;
    this.#logger = parts.logger;
  }

  /**
   * Reads the next records. The caller moves the position past them when they are handled; a new reader continues there.
   * An iterator that expired (iterators live 15 minutes) is replaced by one from the stored position; a position that the
   * stream no longer reaches back to (records live 24 hours) by the oldest record that exists.
   */
  async read(limit: number, signal: AbortSignal): Promise<ShardPage> {
    try {
      this.#iterator ??= await this.#newIterator(signal);
      const command = new GetRecordsCommand({ ShardIterator: this.#iterator, Limit: limit });
      const { Records = [], NextShardIterator } = await this.#client.send(command, { abortSignal: signal });
      this.#iterator = NextShardIterator;
      return { records: Records, last: NextShardIterator === undefined };
    } catch (error) {
      this.#iterator = undefined;
      if (!this.#recover(error)) throw error;
      return { records: [], last: false };
    }
  }

  /** Says whether another read can succeed after an error. */
  #recover(error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    if (error.name === 'ExpiredIteratorException') return true;
    const kept = this.#position.of(this.shardId) !== undefined;
    // An engine whose data was replaced may not know a position at all; AWS reports it as trimmed.
    if (error.name === 'TrimmedDataAccessException' || (error.name === 'ValidationException' && kept)) {
      this.#logger.warn(
        { shard: this.shardId },
        'the stream no longer has the stored position: it is read from its oldest record',
      );
      this.#position.set(this.shardId, undefined);
      return true;
    }
    return false;
  }

  async #newIterator(signal: AbortSignal): Promise<string> {
    const position = this.#position.of(this.shardId);
    const from: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'> =
      position && 'after' in position
        ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.after }
        : { ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = await this.#client.send(
      new GetShardIteratorCommand({ StreamArn: this.streamArn, ShardId: this.shardId, ...from }),
      { abortSignal: signal },
    );
    if (ShardIterator === undefined) throw new Error(`no iterator for shard ${this.shardId}`);
    return ShardIterator;
  }
}
