import { setTimeout as sleep } from 'node:timers/promises';
import type { _Record, Shard } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Logger } from '../../backend/logger.ts';
import { UserError } from '../../cli/user-error.ts';
import { isOfDroppedTable, passesFilter, toLambdaRecord } from './lambda-event.ts';
import { ShardReader } from './shard-reader.ts';
import type { StreamPosition } from './stream-position.ts';
import { listShards, type StreamsClient } from './streams-client.ts';

/** The stream Lambda's handler, called as Lambda calls it. */
export type StreamHandler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

export interface PumpParts {
  readonly client: StreamsClient;
  /** Returns the ARN of the stream that the table writes to now. */
  readonly findStream: (signal: AbortSignal) => Promise<string>;
  readonly handler: StreamHandler;
  readonly position: StreamPosition;
  readonly logger: Logger;
  readonly timing?: Partial<PumpTiming>;
}

/** Times in milliseconds. */
export interface PumpTiming {
  /** Pause between two reads that found nothing. */
  readonly idle: number;
  /** Time between two checks of the list of shards and of whether the table still has this stream. */
  readonly refresh: number;
  /** Pause after a failure; doubled with each further failure, up to `longestPause`. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Timeout for finding the stream for the first time. */
  readonly firstFind: number;
}

/** Maximum records in a batch, as in the event source mapping. */
const BATCH_SIZE = 500;
const TIMING: PumpTiming = {
  idle: 100,
  refresh: 1_000,
  firstPause: 100,
  longestPause: 2_000,
  firstFind: 10_000,
};

/**
 * Does the work of Lambda's event source mapping: reads a table's stream, shard by shard and parents first, and passes
 * its records to the stream Lambda in the shape, and with the filter, the batches and the partial failures of Lambda.
 * A failure of the engine or the handler does not end it: it retries, with longer and longer pauses.
 */
export class StreamPump {
  readonly #parts: PumpParts;
  readonly #timing: PumpTiming;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #failures = 0;
  #lastError: unknown;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#timing = { ...TIMING, ...parts.timing };
  }

  /**
   * Starts to follow the stream; done once the stream is found.
   * @throws UserError if it is not found in time, as on an engine that has no streams: then call `stop`.
   */
  async start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(this.#notFound()), this.#timing.firstFind);
      const found = (): void => {
        clearTimeout(deadline);
        resolve();
      };
      this.#running ??= this.#run(found);
      // A pump that is stopped before it finds its stream releases its waiters.
      void this.#running.then(found);
    });
  }

  #notFound(): UserError {
    const { message } = this.#lastError instanceof Error ? this.#lastError : { message: 'no answer' };
    return new UserError(
      `the table's stream cannot be followed (${message}): use an engine that has DynamoDB Streams`,
      { cause: this.#lastError },
    );
  }

  /** Stops it after the current batch. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(onFound: () => void): Promise<void> {
    while (!this.#isStopped()) {
      try {
        const streamArn = await this.#parts.findStream(this.#stopping.signal);
        this.#parts.position.open(streamArn);
        await this.#follow(streamArn, onFound);
      } catch (error) {
        if (!this.#isStopped())
          await this.#pauseAfter(error, 'the stream cannot be read, and will be read again');
      }
    }
  }

  /** Follows one stream until it is no longer the table's. */
  async #follow(streamArn: string, onFound: () => void): Promise<void> {
    const { client } = this.#parts;
    const readers = new Map<string, ShardReader>();
    let refreshAt = 0;
    while (!this.#isStopped()) {
      if (performance.now() >= refreshAt) {
        if (await this.#isReplaced(streamArn)) return;
        this.#updateReaders(readers, streamArn, await listShards(client, streamArn, this.#stopping.signal));
        refreshAt = performance.now() + this.#timing.refresh;
        onFound();
      }
      const round = await this.#readAll(readers);
      // The children of a shard that was read to its end can be read now.
      if (round.ended) refreshAt = 0;
      if (!round.found && !round.ended) await this.#sleep(this.#timing.idle);
    }
  }

  /**
   * Creates a reader for each shard that can be read now: one that was not read to its end, and whose parent was. A
   * parent that the stream no longer lists counts as read.
   */
  #updateReaders(readers: Map<string, ShardReader>, streamArn: string, shards: readonly Shard[]): void {
    const { client, position, logger } = this.#parts;
    const ids = new Set(shards.flatMap((shard) => shard.ShardId ?? []));
    position.keepOnly(ids);
    for (const shardId of readers.keys()) if (!ids.has(shardId)) readers.delete(shardId);
    for (const { ShardId: shardId, ParentShardId: parent } of shards) {
      if (shardId === undefined || readers.has(shardId) || position.isFinished(shardId)) continue;
      if (parent !== undefined && ids.has(parent) && !position.isFinished(parent)) continue;
      readers.set(shardId, new ShardReader({ shardId, streamArn, client, position, logger }));
    }
  }

  /** Reads a page of each shard, one shard after the other. */
  async #readAll(readers: Map<string, ShardReader>): Promise<{ found: boolean; ended: boolean }> {
    let found = false;
    let ended = false;
    for (const reader of readers.values()) {
      if (this.#isStopped()) break;
      const { records, last } = await reader.read(BATCH_SIZE, this.#stopping.signal);
      if (records.length > 0) {
        found = true;
        // Nothing more is read until it is known which stream the table has.
        if (!(await this.#deliver(reader, records))) return { found, ended: true };
      }
      if (last && !this.#isStopped()) {
        this.#parts.position.set(reader.shardId, { finished: true });
        readers.delete(reader.shardId);
        ended = true;
      }
    }
    // Only here: a batch that was read may still fail to be handled, or its position to be stored.
    if (!this.#isStopped()) this.#noteSuccess();
    return { found, ended };
  }

  /**
   * Passes records to the handler, in order, until all of them are handled or the pump is stopped. Like Lambda, it
   * continues at the first record that was reported as failed, and reads nothing else of the shard meanwhile.
   *
   * The position is stored after the handler is done, never before. After a crash between the two, the same records are
   * handled again at the next start, which changes nothing: a replay is a no-op (`domain/summaries.ts`).
   *
   * Records that were not handled are dropped if the table was dropped meanwhile: one of the same name that was created
   * since has logs of its own, and the old records would raise its summaries for ever.
   * @returns whether all were handled.
   */
  async #deliver(reader: ShardReader, records: readonly _Record[]): Promise<boolean> {
    let rest = records;
    while (rest.length > 0) {
      const handled = await this.#handle(rest, reader.streamArn);
      const after = rest[handled - 1]?.dynamodb?.SequenceNumber;
      if (after !== undefined) this.#parts.position.set(reader.shardId, { after });
      rest = rest.slice(handled);
      if (rest.length > 0)
        await this.#pauseAfter(undefined, 'stream records were not handled, and will be handled again');
      if (rest.length > 0 && (this.#isStopped() || (await this.#isReplaced(reader.streamArn)))) return false;
    }
    return true;
  }

  /** Whether the table has another stream than this one by now. @throws where there is no table, or no answer. */
  async #isReplaced(streamArn: string): Promise<boolean> {
    return (await this.#parts.findStream(this.#stopping.signal)) !== streamArn;
  }

  /** Handles a batch. Returns how many of its records, from the first, are handled. */
  async #handle(records: readonly _Record[], streamArn: string): Promise<number> {
    const { handler, logger } = this.#parts;
    const batch = records.filter((record) => passesFilter(record) && !isOfDroppedTable(record, streamArn));
    if (batch.length === 0) return records.length;
    try {
      const { batchItemFailures } = await handler({
        Records: batch.map((record) => toLambdaRecord(record, streamArn)),
      });
      if (batchItemFailures.length === 0) return records.length;
      const failed = new Set(batchItemFailures.map((failure) => failure.itemIdentifier));
      // An identifier that is in no record fails the whole batch, as it does in Lambda.
      return Math.max(
        0,
        records.findIndex((record) => failed.has(record.dynamodb?.SequenceNumber ?? '')),
      );
    } catch (error) {
      logger.warn({ err: error }, 'the stream handler failed');
      return 0;
    }
  }

  /** Waits longer after each consecutive failure, and logs the first. */
  async #pauseAfter(error: unknown, message: string): Promise<void> {
    const level = this.#failures === 0 ? 'warn' : 'debug';
    this.#lastError = error;
    this.#parts.logger[level](error === undefined ? {} : { err: error }, message);
    const pause = Math.min(this.#timing.longestPause, this.#timing.firstPause * 2 ** this.#failures);
    this.#failures += 1;
    await this.#sleep(pause);
  }

  #noteSuccess(): void {
    if (this.#failures > 0) this.#parts.logger.info('the stream is followed again');
    this.#failures = 0;
  }

  async #sleep(milliseconds: number): Promise<void> {
    // Only `stop` ends the pause early.
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
