import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamHandler } from '../../local/pump/stream-pump.ts';
import { eventually } from '../support/eventually.ts';
import type { Prng } from '../support/prng.ts';

/** Maximum batches at once: the Lambda's event source has a parallelization of 10. */
const AT_ONCE = 4;
const LARGEST_BATCH = 12;
/** Number of records that are held back, so that there are some to shuffle. */
const HELD = 30;

/**
 * Delivers a stream's records worse than any stream: late, in any order, in batches of any size, several at once, and
 * some of them twice. Every record is delivered at least once, to the end.
 */
export class UnrulyDelivery {
  readonly #handler: StreamHandler;
  readonly #prng: Prng;
  #pool: DynamoDBRecord[] = [];
  #running = 0;
  #settling = false;
  delivered = 0;
  repeated = 0;

  constructor(handler: StreamHandler, prng: Prng) {
    this.#handler = handler;
    this.#prng = prng;
  }

  /** Takes a batch from the stream. For the stream, it is handled. */
  readonly take: StreamHandler = (event) => {
    this.#pool.push(...event.Records);
    this.#pump();
    return Promise.resolve({ batchItemFailures: [] });
  };

  /** Delivers all records, held back and new ones, while a check that waits for them runs. */
  async whileNothingIsHeldBack(check: () => Promise<void>): Promise<void> {
    this.#settling = true;
    this.#pump();
    await check();
    await eventually(() => this.#pool.length === 0 && this.#running === 0, { within: 30_000 });
    // A record that came after the first check may have changed the result.
    await check();
    this.#settling = false;
  }

  #pump(): void {
    while (this.#running < AT_ONCE && this.#pool.length > (this.#settling ? 0 : HELD)) {
      this.#running += 1;
      void this.#deliver(this.#draw()).finally(() => {
        this.#running -= 1;
        this.#pump();
      });
    }
  }

  async #deliver(records: DynamoDBRecord[]): Promise<void> {
    const { batchItemFailures } = await this.#handler({ Records: records });
    this.delivered += records.length;
    const [failed] = batchItemFailures;
    if (!failed) return;
    const from = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed.itemIdentifier);
    this.#pool.push(...records.slice(Math.max(from, 0)));
  }

  /** Takes a batch from anywhere in the pool; a fifth of it remains there, and is delivered again. */
  #draw(): DynamoDBRecord[] {
    const size = this.#prng.between(1, Math.min(LARGEST_BATCH, this.#pool.length));
    const batch: DynamoDBRecord[] = [];
    for (let n = 0; n < size; n += 1) {
      const place = this.#prng.between(0, this.#pool.length - 1);
      const record = this.#pool[place];
      if (!record || batch.includes(record)) continue;
      batch.push(record);
      if (!this.#settling && this.#prng.between(1, 5) === 1) this.repeated += 1;
      else this.#pool.splice(place, 1);
    }
    return batch;
  }
}
