import { z } from 'zod';
import type { Logger } from '../../backend/logger.ts';
import { parseJson } from '../../cli/parse-json.ts';
import { readFileIfThere, replaceFile } from '../data-dir.ts';

/** How far one shard was read: up to and including a record, or to its end. */
export type ShardPosition = { readonly after: string } | { readonly finished: true };

const positionFile = z.object({
  stream: z.string(),
  shards: z.record(
    z.string(),
    z.union([z.object({ after: z.string() }), z.object({ finished: z.literal(true) })]),
  ),
});

/**
 * How far one stream was read, kept in a file across restarts. If the file cannot be read, the stream is read from its
 * beginning again: replays change nothing.
 */
export class StreamPosition {
  readonly #path: string;
  readonly #logger: Logger;
  #stream = '';
  #shards = new Map<string, ShardPosition>();

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** Opens a stream at its stored position, or at its beginning if there is none. */
  open(streamArn: string): void {
    const text = readFileIfThere(this.#path);
    const kept = positionFile.safeParse(parseJson(text));
    if (text !== undefined && !kept.success) {
      this.#logger.warn(
        { file: this.#path },
        'the position in the stream cannot be read: the stream is read from its beginning',
      );
    }
    const known = kept.success && kept.data.stream === streamArn ? Object.entries(kept.data.shards) : [];
    this.#stream = streamArn;
    this.#shards = new Map(known);
  }

  of(shardId: string): ShardPosition | undefined {
    return this.#shards.get(shardId);
  }

  isFinished(shardId: string): boolean {
    const position = this.#shards.get(shardId);
    return position !== undefined && 'finished' in position;
  }

  /** Stores a shard's position; `undefined` is its beginning. */
  set(shardId: string, position: ShardPosition | undefined): void {
    if (position === undefined) this.#shards.delete(shardId);
    else this.#shards.set(shardId, position);
    this.#store();
  }

  /** Removes the shards that the stream no longer has. */
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
