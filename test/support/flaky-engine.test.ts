import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { TableUnavailableError } from '../../backend/errors.ts';
import { profileKey } from '../../schema/keys.ts';
import { startEngine } from './engine.ts';
import { eventually } from './eventually.ts';
import { textMessage, newGroupId } from './factories.ts';
import { type FlakyEngine, startFlakyEngine } from './flaky-engine.ts';
import { putItems, readLog } from './scene.ts';
import { useTestTable } from './test-table.ts';

describe('an engine of a test', () => {
  it('is gone after its end, and can be restarted on the same port', async () => {
    const first = await startEngine();
    await first.crash();
    const second = await startEngine({ port: first.port });
    expect(second.endpoint).toBe(first.endpoint);
    await second.stop();
    await second.stop();
    await eventually(() => !exists(second.pid));
  });
});

describe('the flaky engine', () => {
  const db = useTestTable();
  let flaky: FlakyEngine;
  let context: Wiring;

  beforeAll(async () => {
    flaky = await startFlakyEngine(db().endpoint);
    context = wire({ table: db().through(flaky.endpoint) });
  });
  afterEach(() => flaky.reset());
  afterAll(async () => {
    await flaky.close();
  });

  it('passes on requests without a fault', async () => {
    const message = textMessage({ groupId: newGroupId() });
    expect(await context.messages.append(message)).toMatchObject({ stored: true });
    expect(flaky.count('PutItem')).toBe(1);
  });

  it('drops the response after the engine has carried out the request', async () => {
    const groupId = newGroupId();
    flaky.loseAnswer('PutItem', { times: 4 });
    await expect(context.messages.append(textMessage({ groupId }))).rejects.toThrow(TableUnavailableError);
    expect(flaky.count('PutItem')).toBe(4);
    expect(await readLog(context, groupId)).toHaveLength(1);
  });

  it('holds the response after the engine has carried out the request', async () => {
    const message = textMessage({ groupId: newGroupId() });
    const held = flaky.holdAnswer('PutItem');
    const appending = context.messages.append(message);
    expect(await held.arrived).toMatchObject({ operation: 'PutItem' });
    expect(await db().newContext().messages.append(message)).toMatchObject({ stored: false });
    held.release();
    expect(await appending).toMatchObject({ stored: true });
  });

  it('cuts the connection before the engine receives the request', async () => {
    const groupId = newGroupId();
    flaky.cut('PutItem', { times: 4 });
    await expect(context.messages.append(textMessage({ groupId }))).rejects.toThrow(TableUnavailableError);
    expect(await readLog(context, groupId)).toEqual([]);
  });

  it.each(['ProvisionedThroughputExceededException', 'TransactionConflictException'])(
    'responds with %s, which the client overcomes',
    async (errorName) => {
      flaky.refuse('PutItem', errorName);
      expect(await context.messages.append(textMessage({ groupId: newGroupId() }))).toMatchObject({
        stored: true,
      });
      expect(flaky.count('PutItem')).toBe(2);
    },
  );

  it('responds with 500, which the client overcomes', async () => {
    flaky.breakDown('PutItem');
    expect(await context.messages.append(textMessage({ groupId: newGroupId() }))).toMatchObject({
      stored: true,
    });
  });

  it('processes a batch in part, and the client sends the rest', async () => {
    const profile = { handle: 'ada', display_name: 'Ada', created_at: '2024-01-01T00:00:00.000Z' };
    await putItems(
      db().table,
      ['u1', 'u2'].map((userId) => ({ ...profileKey(userId), ...profile })),
    );
    flaky.leaveUnprocessed();
    const names = await context.names.read(['u1', 'u2']);
    expect(names.hasPerson('u1') && names.hasPerson('u2')).toBe(true);
    expect(flaky.count('BatchGetItem')).toBe(2);
  });

  it('holds a request until it is released, and only matching ones', async () => {
    const groupId = newGroupId();
    const held = flaky.hold('PutItem', { where: ({ body }) => JSON.stringify(body).includes(groupId) });
    const put = context.messages.append(textMessage({ groupId }));
    expect((await held.arrived).operation).toBe('PutItem');
    expect(await context.messages.append(textMessage({ groupId: newGroupId() }))).toMatchObject({
      stored: true,
    });
    expect(await readLog(context, groupId)).toEqual([]);
    held.release();
    expect(await put).toMatchObject({ stored: true });
  });
});

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
