import { z } from 'zod';
import type { Logger } from '../../backend/logger.ts';
import { parseJson } from '../../cli/parse-json.ts';
import { readFileIfThere, replaceFile } from '../data-dir.ts';

/** How far one shard was read: up to a record, that one included, or to its end. */
export type ShardPlace = { readonly after: string } | { readonly finished: true };

const placeFile = z.object({
  stream: z.string(),
  shards: z.record(
    z.string(),
    z.union([z.object({ after: z.string() }), z.object({ finished: z.literal(true) })]),
  ),
});

/**
 * How far one stream was read, kept in a file across restarts. A file that cannot be read is a place lost, which means
 * reading from the stream's beginning again: replays change nothing.
 */
export class StreamPlace {
  readonly #path: string;
  readonly #logger: Logger;
  #stream = '';
  #shards = new Map<string, ShardPlace>();

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** Turns to a stream: to the place kept for it, or to its beginning. */
  open(streamArn: string): void {
    const text = readFileIfThere(this.#path);
    const kept = placeFile.safeParse(parseJson(text));
    if (text !== undefined && !kept.success) {
      this.#logger.warn(
        { file: this.#path },
        'the place in the stream cannot be read: reading it from its beginning',
      );
    }
    const known = kept.success && kept.data.stream === streamArn ? Object.entries(kept.data.shards) : [];
    this.#stream = streamArn;
    this.#shards = new Map(known);
  }

  of(shardId: string): ShardPlace | undefined {
    return this.#shards.get(shardId);
  }

  isFinished(shardId: string): boolean {
    const place = this.#shards.get(shardId);
    return place !== undefined && 'finished' in place;
  }

  /** Notes and stores a shard's place; `undefined` is its beginning. */
  set(shardId: string, place: ShardPlace | undefined): void {
    if (place === undefined) this.#shards.delete(shardId);
    else this.#shards.set(shardId, place);
    this.#store();
  }

  /** Forgets shards that are not among those the stream has. */
  keepOnly(shardIds: ReadonlySet<string>): void {
    const gone = [...this.#shards.keys()].filter((shardId) => !shardIds.has(shardId));
    if (gone.length === 0) return;
    for (const shardId of gone) this.#shards.delete(shardId);
    this.#store();
  }

  #store(): void {
    replaceFile(
      this.#path,
      JSON.stringify({ stream: this.#stream, shards: Object.fromEntries(this.#shards) }),
    );
  }
}
