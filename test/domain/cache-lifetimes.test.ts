import { describe, expect, it } from '@jest/globals';
import { GroupSummaries } from '../../backend/domain/group-summaries.ts';
import { Names } from '../../backend/domain/names.ts';
import { namedGroup, newGroupId, timeOf } from '../support/factories.ts';

/** A cache of the process reads again when the given timer says that a life is over, whatever the time of day is. */
describe('the lifetime of what a process remembers follows the given timer', () => {
  it.each([
    ['names', 10_000],
    ['summaries of groups', 1_000],
  ])('of %s: %d ms', async (what, lifeMs) => {
    let now = 5_000;
    let reads = 0;
    const read = cacheOf(what, { now: () => now }, () => (reads += 1));
    await read();
    now += lifeMs;
    await read();
    expect(reads).toBe(1);
    now += 1;
    await read();
    expect(reads).toBe(2);
  });
});

function cacheOf(what: string, timer: { now(): number }, onRead: () => void): () => Promise<unknown> {
  if (what === 'names') {
    const findMany = (userIds: readonly string[]) => {
      onRead();
      return Promise.resolve(
        userIds.map((userId) => ({ userId, handle: 'ada', display_name: 'Ada', created_at: timeOf(1) })),
      );
    };
    const names = new Names({ findMany }, timer);
    return () => names.read(['ada']);
  }
  const groupId = newGroupId();
  const findMany = () => {
    onRead();
    return Promise.resolve([namedGroup({ groupId })]);
  };
  const summaries = new GroupSummaries({ findMany }, timer);
  return () => summaries.read([groupId]);
}
