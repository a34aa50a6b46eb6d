import { expect, it } from '@jest/globals';
import { GroupSummaries } from '../../backend/domain/group-summaries.ts';
import type { NamedGroup } from '../../backend/domain/model.ts';
import { type Deferred, deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { namedGroup, newGroupId } from '../support/factories.ts';

/* Requests past the cache that meet, with a table whose responses come when the test says so. */

const groupId = newGroupId();
const metaAt = (last_seq: number): NamedGroup => ({ ...namedGroup({ groupId }), last_seq });

function scene() {
  const reads: { readonly ids: readonly string[]; readonly response: Deferred<NamedGroup[]> }[] = [];
  const summaries = new GroupSummaries({
    findMany: (ids) => {
      const response = deferred<NamedGroup[]>();
      reads.push({ ids, response });
      return response.promise;
    },
  });
  const seqOf = async (reader: Pick<GroupSummaries, 'read'>) =>
    (await reader.read([groupId])).get(groupId)?.last_seq;
  const respond = async (place: number, lastSeq: number) => {
    await eventually(() => expect(reads).toHaveLength(place + 1));
    reads[place]?.response.resolve([metaAt(lastSeq)]);
  };
  return { reads, summaries, seqOf, respond };
}

it('requests past the cache at the same moment share one read', async () => {
  const { reads, summaries, seqOf, respond } = scene();
  const both = [seqOf(summaries.fresh()), seqOf(summaries.fresh())];
  await respond(0, 5);
  expect(await Promise.all(both)).toEqual([5, 5]);
  expect(reads.map(({ ids }) => ids)).toEqual([[groupId]]);
});

it('a request past the cache waits for a read that began after it, not for one that is under way', async () => {
  const { reads, summaries, seqOf, respond } = scene();
  const cached = seqOf(summaries);
  await eventually(() => expect(reads).toHaveLength(1));
  const first = seqOf(summaries.fresh());
  await eventually(() => expect(reads).toHaveLength(2));
  const second = seqOf(summaries.fresh());
  await respond(2, 7);
  reads[1]?.response.resolve([metaAt(6)]);
  reads[0]?.response.resolve([metaAt(5)]);
  expect(await Promise.all([cached, first, second])).toEqual([5, 6, 7]);
});

it('one request past the cache reads a group once, and the cache has what it read', async () => {
  const { reads, summaries, seqOf, respond } = scene();
  const reader = summaries.fresh();
  const first = seqOf(reader);
  await respond(0, 5);
  expect(await first).toBe(5);
  expect(await seqOf(reader)).toBe(5);
  expect(await seqOf(summaries)).toBe(5);
  expect(reads).toHaveLength(1);
});

it('a failed read past the cache leaves nothing behind', async () => {
  let fails = true;
  const summaries = new GroupSummaries({
    findMany: () => (fails ? Promise.reject(new Error('no table')) : Promise.resolve([metaAt(5)])),
  });
  await expect(summaries.fresh().read([groupId])).rejects.toThrow('no table');
  fails = false;
  expect((await summaries.fresh().read([groupId])).get(groupId)).toMatchObject({ last_seq: 5 });
});
