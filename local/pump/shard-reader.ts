import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
} from '@aws-sdk/client-dynamodb-streams';
import type { Logger } from '../../backend/logger.ts';
import type { StreamPlace } from './stream-place.ts';
import type { StreamsClient } from './streams-client.ts';

/** What one read of a shard gave. */
export interface ShardPage {
  readonly records: readonly _Record[];
  /** Nothing will ever come behind these records. */
  readonly last: boolean;
}

/** Reads one shard, page by page, from the place that is kept for it. */
export class ShardReader {
  readonly shardId: string;
  readonly streamArn: string;
  readonly #client: StreamsClient;
  readonly #place: StreamPlace;
  readonly #logger: Logger;
  /** Undefined: it is requested again, from the position. */
  #iterator: string | undefined;

  constructor(parts: {
    shardId: string;
    streamArn: string;
    client: StreamsClient;
    place: StreamPlace;
    logger: Logger;
  }) {
    this.shardId = parts.shardId;
    this.streamArn = parts.streamArn;
    this.#client = parts.client;
    this.#place = parts.place;
    this.#logger = parts.logger;
  }

  /**
   * Reads the next records. The caller moves the position behind them when they were handled; a new reader continues there.
   * An iterator that expired (they live 15 minutes) is replaced by one from the place; a place that the stream no
   * longer reaches back to (records live 24 hours) by the oldest record there is.
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

  /** Whether another read will do better. */
  #recover(error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    if (error.name === 'ExpiredIteratorException') return true;
    const kept = this.#place.of(this.shardId) !== undefined;
    // An engine whose data was replaced may not know a position at all; AWS reports it as trimmed.
    if (error.name === 'TrimmedDataAccessException' || (error.name === 'ValidationException' && kept)) {
      this.#logger.warn(
        { shard: this.shardId },
        'the stream no longer has the place that was kept: reading on from its oldest record',
      );
      this.#place.set(this.shardId, undefined);
      return true;
    }
    return false;
  }

  async #newIterator(signal: AbortSignal): Promise<string> {
    const place = this.#place.of(this.shardId);
    const from: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'> =
      place && 'after' in place
        ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: place.after }
        : { ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = await this.#client.send(
      new GetShardIteratorCommand({ StreamArn: this.streamArn, ShardId: this.shardId, ...from }),
      { abortSignal: signal },
    );
    if (ShardIterator === undefined) throw new Error(`no iterator for shard ${this.shardId}`);
    return ShardIterator;
  }
}
