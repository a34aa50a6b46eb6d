import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Logger } from '../../backend/logger.ts';
import { toLambdaRecord } from '../../local/pump/lambda-event.ts';
import { StreamPosition } from '../../local/pump/stream-position.ts';
import { type PumpTiming, type StreamHandler, StreamPump } from '../../local/pump/stream-pump.ts';
import { eventually } from '../support/eventually.ts';
import { FakeStreams, messageRecord, STREAM_ARN } from './fake-streams.ts';
import { keepLines } from './log-lines.ts';
import { useTempDirs } from './temp-dir.ts';

const TIMING = { idle: 2, refresh: 10, firstPause: 2, longestPause: 10 };
const tempDir = useTempDirs();

let streams: FakeStreams;
let positionFile: string;
let events: DynamoDBStreamEvent[];
let handler: StreamHandler;
let streamArn: string;
let findStream: () => Promise<string>;
let lines: Record<string, unknown>[];
let logger: Logger;
const pumps: StreamPump[] = [];

beforeEach(() => {
  streams = new FakeStreams();
  streams.addShard('one');
  positionFile = join(tempDir(), 'stream-position.json');
  events = [];
  streamArn = STREAM_ARN;
  findStream = () => Promise.resolve(streamArn);
  ({ lines, logger } = keepLines());
  handler = (event) => {
    events.push(event);
    return succeed();
  };
});

afterEach(async () => {
  await Promise.all(pumps.splice(0).map((pump) => pump.stop()));
});

async function startPump(timing: Partial<PumpTiming> = {}): Promise<StreamPump> {
  const pump = new StreamPump({
    client: streams.client,
    findStream: () => findStream(),
    handler: (event) => handler(event),
    position: new StreamPosition(positionFile, logger),
    logger,
    timing: { ...TIMING, ...timing },
  });
  pumps.push(pump);
  await pump.start();
  return pump;
}

const succeed = (): Promise<DynamoDBBatchResponse> => Promise.resolve({ batchItemFailures: [] });
const failAt = (itemIdentifier = ''): Promise<DynamoDBBatchResponse> =>
  Promise.resolve({ batchItemFailures: [{ itemIdentifier }] });

/** The numbers of the records that were handled, in order. */
const handled = (): number[] =>
  events.flatMap((event) => event.Records.map((record) => Number(record.dynamodb?.SequenceNumber)));

const messages = (): unknown[] => lines.map((line) => line['msg']);

const upTo = (n: number): _Record[] => Array.from({ length: n }, (_, index) => messageRecord(index + 1));

const waitFor = (numbers: readonly number[]): Promise<unknown> =>
  eventually(() => expect(handled()).toEqual(numbers));

describe('reading', () => {
  it('passes on records in order, in batches of 500, also those that come later', async () => {
    streams.put('one', ...upTo(1_001));
    await startPump();
    await eventually(() => handled().length === 1_001);
    expect(events.map((event) => event.Records.length)).toEqual([500, 500, 1]);
    streams.put('one', messageRecord(1_002));
    await eventually(() => handled().length === 1_002);
    expect(handled()).toEqual(Array.from({ length: 1_002 }, (_, index) => index + 1));
  });

  it('passes only messages to the handler, and never an empty batch', async () => {
    streams.put('one', messageRecord(1, 'MEMBER#ada'), messageRecord(2), messageRecord(3, 'META'));
    await startPump();
    await waitFor([2]);
    streams.put('one', messageRecord(4, 'MEMBER#ada'));
    // The position also moves past records that are not messages.
    await eventually(() => readFileSync(positionFile, 'utf8').includes('000000000000000000004'));
    expect(events).toHaveLength(1);
  });

  it('reads a parent to its end before its children, over pages of shards', async () => {
    streams.pageSize = 1;
    streams.put('one', messageRecord(1), messageRecord(2));
    streams.addShard('left', 'one');
    streams.addShard('right', 'one');
    streams.addShard('left-left', 'left');
    streams.put('left', messageRecord(3));
    streams.put('left-left', messageRecord(4));
    await startPump();
    await waitFor([1, 2]);
    streams.close('one');
    await waitFor([1, 2, 3]);
    streams.put('right', messageRecord(5));
    await waitFor([1, 2, 3, 5]);
    streams.close('left');
    await waitFor([1, 2, 3, 5, 4]);
    expect(streams.calls.indexOf('GetRecords left')).toBeGreaterThan(
      streams.calls.lastIndexOf('GetRecords one'),
    );
  });

  it('reads children whose parent the stream no longer lists', async () => {
    streams.shards.clear();
    streams.addShard('child', 'trimmed-away');
    streams.put('child', messageRecord(1));
    await startPump();
    await waitFor([1]);
  });

  it('changes to the stream that the table has now', async () => {
    streams.put('one', messageRecord(1));
    await startPump();
    await waitFor([1]);
    streams.shards.clear();
    streams.addShard('fresh');
    streams.put('fresh', messageRecord(7));
    streamArn = `${STREAM_ARN}-2`;
    await waitFor([1, 7]);
    expect(events.at(-1)?.Records[0]?.eventSourceARN).toBe(streamArn);
  });
});

it('drops records that were not handled when the table was replaced meanwhile', async () => {
  streams.put('one', ...upTo(600));
  let isReplaced = false;
  handler = (event) => {
    if (!isReplaced) return failAt(event.Records[0]?.dynamodb?.SequenceNumber);
    events.push(event);
    return succeed();
  };
  await startPump({ refresh: 60_000 });
  await eventually(() => messages().includes('stream records were not handled, and will be handled again'));
  streams.addShard('fresh');
  streams.put('fresh', messageRecord(1_007));
  streams.shards.delete('one');
  streamArn = `${STREAM_ARN}-2`;
  isReplaced = true;
  await waitFor([1_007]);
});

it('leaves out the records of an earlier table, with which the embedded engine begins a stream', async () => {
  const secondsOf = (time: string) => Date.parse(time) / 1_000;
  const old = messageRecord(1);
  const since = messageRecord(2);
  if (since.dynamodb) since.dynamodb.ApproximateCreationDateTime = new Date('2026-01-02T03:05:00.000Z');
  streams.put('one', old, since);
  streamArn = STREAM_ARN.replace(/[^/]*$/, `${secondsOf('2026-01-02T03:05:00Z')}.163267850`);
  await startPump();
  await waitFor([2]);
});

describe('position', () => {
  it('is after the handled records when the pump is restarted', async () => {
    streams.put('one', ...upTo(3));
    const first = await startPump();
    await waitFor([1, 2, 3]);
    await first.stop();
    streams.put('one', messageRecord(4));
    await startPump();
    await waitFor([1, 2, 3, 4]);
  });

  it('does not read a finished shard again', async () => {
    streams.put('one', messageRecord(1));
    streams.close('one');
    streams.addShard('two', 'one');
    streams.put('two', messageRecord(2));
    const first = await startPump();
    await waitFor([1, 2]);
    await first.stop();
    streams.calls.length = 0;
    await startPump();
    await eventually(() => streams.calls.includes('GetRecords two'));
    expect(streams.calls.some((call) => call.includes(' one'))).toBe(false);
  });

  it.each(['{ "stream": ', '[]', '{"stream":"x","shards":{"one":{"after":7}}}'])(
    'starts from the beginning when the file is %s',
    async (text) => {
      writeFileSync(positionFile, text);
      streams.put('one', messageRecord(1));
      await startPump();
      await waitFor([1]);
    },
  );

  it('is not stored before the handler is done: after a kill meanwhile the records are handled again', async () => {
    const kept: string[] = [];
    handler = (event) => {
      events.push(event);
      kept.push(existsSync(positionFile) ? readFileSync(positionFile, 'utf8') : '');
      return succeed();
    };
    streams.put('one', ...upTo(501));
    await startPump();
    await eventually(() => handled().length === 501);
    expect(kept).toEqual(['', expect.stringContaining('"000000000000000000500"')]);
  });

  it('finishes the current batch when it is stopped', async () => {
    let release: () => void = () => undefined;
    handler = (event) =>
      new Promise((resolve) => {
        events.push(event);
        release = () => resolve({ batchItemFailures: [] });
      });
    streams.put('one', ...upTo(2));
    const pump = await startPump();
    await eventually(() => events.length === 1);
    let stopped = false;
    const stopping = pump.stop().then(() => (stopped = true));
    // A turn of the event loop: time for a stop that does not wait for anything.
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(readFileSync(positionFile, 'utf8')).toContain('000000000000000000002');
  });
});

describe('failures', () => {
  it('continues at the first record that was reported as failed, and keeps its position before it', async () => {
    let failures = 2;
    handler = (event) => {
      events.push(event);
      const broken = event.Records.find((record) => Number(record.dynamodb?.SequenceNumber) === 3);
      if (!broken || failures === 0) return succeed();
      failures -= 1;
      return failAt(broken.dynamodb?.SequenceNumber);
    };
    streams.put('one', messageRecord(1), messageRecord(2, 'MEMBER#ada'), ...upTo(4).slice(2));
    await startPump();
    await waitFor([1, 3, 4, 3, 4, 3, 4]);
    await eventually(() => readFileSync(positionFile, 'utf8').includes('000000000000000000004'));
  });

  it('passes on the whole batch again if the handler throws, or reports an unknown record', async () => {
    const outcomes = [() => Promise.reject(new Error('on demand')), () => failAt('')];
    handler = (event) => {
      events.push(event);
      return outcomes.shift()?.() ?? succeed();
    };
    streams.put('one', ...upTo(2));
    await startPump();
    await waitFor([1, 2, 1, 2, 1, 2]);
  });

  it('stops between two attempts with its position before the failed record', async () => {
    handler = (event) => {
      events.push(event);
      return failAt(event.Records.at(-1)?.dynamodb?.SequenceNumber);
    };
    streams.put('one', ...upTo(3));
    const pump = await startPump();
    await eventually(() => events.length > 1);
    await pump.stop();
    expect(readFileSync(positionFile, 'utf8')).toContain('000000000000000000002');
  });

  it('replaces an expired iterator by one after the last record', async () => {
    streams.put('one', messageRecord(1));
    await startPump();
    await waitFor([1]);
    streams.failNext('GetRecords', 'ExpiredIteratorException');
    await eventually(() => streams.failures.length === 0);
    streams.put('one', messageRecord(2));
    await waitFor([1, 2]);
    expect(streams.calls).toContain('GetShardIterator one AFTER_SEQUENCE_NUMBER 000000000000000000001');
  });

  it.each(['GetRecords', 'GetShardIterator'])(
    'reads from the oldest record when %s says that the position is trimmed',
    async (at) => {
      streams.put('one', messageRecord(1));
      const first = await startPump();
      await waitFor([1]);
      await first.stop();
      streams.shards.clear();
      streams.addShard('one');
      streams.put('one', messageRecord(8));
      streams.failNext(at, 'TrimmedDataAccessException');
      await startPump();
      await waitFor([1, 8]);
    },
  );

  it('retries more and more slowly, and logs it once, while the position cannot be stored', async () => {
    await startPump();
    rmSync(dirname(positionFile), { recursive: true });
    streams.put('one', messageRecord(1));
    await eventually(() => handled().length > 5);
    expect(messages()).toEqual(['the stream cannot be read, and will be read again']);
    mkdirSync(dirname(positionFile));
    await eventually(() => expect(messages()).toContain('the stream is followed again'));
    expect(messages()).toHaveLength(2);
    expect(readFileSync(positionFile, 'utf8')).toContain('000000000000000000001');
  });

  it.each(['DescribeStream', 'GetShardIterator', 'GetRecords'])(
    'continues when %s has failed for a while',
    async (at) => {
      for (let times = 0; times < 3; times += 1) streams.failNext(at, 'InternalServerError');
      streams.put('one', ...upTo(2));
      await startPump();
      await waitFor([1, 2]);
    },
  );
});

describe('starting', () => {
  it('gives up, with one line, on an engine without streams', async () => {
    findStream = () => Promise.reject(new Error('table test has no stream'));
    await expect(startPump({ firstFind: 20 })).rejects.toMatchObject({
      name: 'UserError',
      message:
        "the table's stream cannot be followed (table test has no stream): use an engine that has DynamoDB Streams",
    });
  });

  it('releases its waiters when it is stopped', async () => {
    findStream = () => Promise.reject(new Error('on demand'));
    const starting = startPump();
    await eventually(() => lines.length > 0);
    await pumps[0]?.stop();
    await starting;
  });
});

describe('event', () => {
  it('has the shape that Lambda gives it', () => {
    const record = messageRecord(7);
    const { dynamodb } = record;
    const bytes = new Uint8Array([1, 2, 3]);
    const image = {
      b: { B: bytes },
      l: { L: [{ BS: [bytes] }, { NULL: true }] },
      m: { M: { n: { N: '1' } } },
      f: { BOOL: false },
    };
    expect(toLambdaRecord({ ...record, dynamodb: { ...dynamodb, OldImage: image } }, STREAM_ARN)).toEqual({
      eventID: 'event-7',
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: STREAM_ARN,
      dynamodb: {
        ApproximateCreationDateTime: 1_767_323_045,
        Keys: { pk: { S: 'GRP#01ARZ3NDEKTSV4RRFFQ69G5FAV' }, sk: { S: 'MSG#000000000007' } },
        NewImage: { seq: { N: '7' } },
        OldImage: {
          b: { B: 'AQID' },
          l: { L: [{ BS: ['AQID'] }, { NULL: true }] },
          m: { M: { n: { N: '1' } } },
          f: { BOOL: false },
        },
        SequenceNumber: '000000000000000000007',
        SizeBytes: 100,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
  });
});
