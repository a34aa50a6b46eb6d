import { describe, expect, it } from '@jest/globals';
import type { ChangedMessageAnswer } from '../../backend/presentation/message.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { changeKey } from '../../schema/keys.ts';
import { timeOf } from '../support/factories.ts';
import { addDirectGroup, addGroup, putItems, upTo } from '../support/scene.ts';

/* The change log of a group: what a client that holds an older page asks for. The entries are as the stream writes them. */

const api = useTestApi();

interface Scene {
  readonly ada: Caller;
  readonly grace: Caller;
  readonly groupId: string;
}

/** A group of Ada and Grace, in which Ada wrote this many messages. */
async function startScene(length: number, kind: 'direct' | 'named' = 'named'): Promise<Scene> {
  const [ada, grace] = [await api().person(), await api().person()];
  const userIds = [ada.userId, grace.userId] as const;
  const { table } = api().db;
  const { groupId } =
    kind === 'named'
      ? await addGroup(table, { userIds, length })
      : await addDirectGroup(table, { userIds, length });
  return { ada, grace, groupId };
}

const note = ({ groupId }: Scene, ...seqs: number[]) =>
  api().context.changes.append(groupId, { seqs, changed_at: timeOf(1) });

const path = ({ groupId }: Scene, query = '') => `/api/messages/${groupId}/changes${query}`;

async function changes(scene: Scene, query = ''): Promise<ChangedMessageAnswer[]> {
  return ok(await scene.grace.get(path(scene, query))) as ChangedMessageAnswer[];
}

/** `[[change, seq], …]` */
const places = (page: readonly ChangedMessageAnswer[]) =>
  page.map(({ change, message }) => [change, message.seq]);

describe('GET /api/messages/:message_group_uuid/changes', () => {
  it.each(['direct', 'named'] as const)(
    'lists changed messages of a %s group as they are now',
    async (kind) => {
      const scene = await startScene(3, kind);
      expect(await changes(scene)).toEqual([]);
      const edited = ok(await scene.ada.patch(`/api/messages/${scene.groupId}/2`, { message: 'Better' }));
      const deleted = ok(await scene.ada.delete(`/api/messages/${scene.groupId}/1`));
      await note(scene, 2);
      await note(scene, 1);
      expect(await changes(scene)).toEqual([
        { change: 1, message: edited },
        { change: 2, message: deleted },
      ]);
      expect(await changes(scene, '?after=0')).toEqual(await changes(scene));
      expect(await changes(scene, '?after=1')).toEqual([{ change: 2, message: deleted }]);
      expect(await changes(scene, '?after=2')).toEqual([]);
      expect(await changes(scene, '?after=999999999999')).toEqual([]);
    },
  );

  it('lists a message once, by its newest change', async () => {
    const scene = await startScene(4);
    await note(scene, 1, 2);
    await note(scene, 3);
    await note(scene, 1);
    expect(places(await changes(scene))).toEqual([
      [1, 2],
      [2, 3],
      [3, 1],
    ]);
    // A change whose messages all come by later ones is passed over.
    await note(scene, 2, 3);
    expect(places(await changes(scene))).toEqual([
      [3, 1],
      [4, 2],
      [4, 3],
    ]);
  });

  it.each([1, 2, 3, 100])('leads to the last change, %i at a time, and splits none', async (limit) => {
    const scene = await startScene(9);
    for (const seqs of [[1], [2, 3, 4], [5], [6, 7], [1, 8], [9]]) await note(scene, ...seqs);
    const pages = await scene.grace.pages<ChangedMessageAnswer>(path(scene, `?limit=${limit}`), 'next');
    expect(places(pages.flat())).toEqual([
      [2, 2],
      [2, 3],
      [2, 4],
      [3, 5],
      [4, 6],
      [4, 7],
      [5, 1],
      [5, 8],
      [6, 9],
    ]);
    for (const page of pages) {
      const first = page[0]?.change;
      expect(page.length <= limit || page.every(({ change }) => change === first)).toBe(true);
    }
  });

  it('has a Link only where more follows', async () => {
    const scene = await startScene(3);
    for (const seq of [1, 2, 3]) await note(scene, seq);
    const first = await scene.grace.get(path(scene, '?limit=2'));
    expect(linkOf(first, 'next')).toBe(path(scene, '?after=2&limit=2'));
    expect(linkOf(first, 'prev')).toBeUndefined();
    expect((await scene.grace.get(path(scene, '?limit=3'))).headers).not.toHaveProperty('link');
  });

  it.each(ERROR_FORMS)(
    'asks a client that is too far behind to load everything again: $form',
    async (form) => {
      const scene = await startScene(2);
      const entries = upTo(1_001).map((change) => ({
        ...changeKey(scene.groupId, change),
        ...{ change, seqs: [1 + (change % 2)], changed_at: timeOf(1) },
      }));
      await putItems(api().db.table, entries);
      const tooFar = await scene.grace.get(path(scene, '?after=0'), { Accept: form.accept });
      expectFailure(tooFar, form, { status: 409, codes: ['changes_too_far_behind'] });
      expect(places(await changes(scene, '?after=1'))).toEqual([
        [1_000, 1],
        [1_001, 2],
      ]);
      // After a rebuild nothing is known of single messages; from there on it is.
      const { groupId } = scene;
      await api().context.changes.append(groupId, { all: true, changed_at: timeOf(1) });
      const rebuilt = await scene.grace.get(path(scene, '?after=1001'), { Accept: form.accept });
      expectFailure(rebuilt, form, { status: 409, codes: ['changes_too_far_behind'] });
      await note(scene, 2);
      expect(places(await changes(scene, '?after=1002'))).toEqual([[1_003, 2]]);
    },
  );

  it('shows a message’s key to its author alone', async () => {
    const scene = await startScene(1);
    const { seq } = await scene.ada.send({ message: 'Hi', message_group_uuid: scene.groupId }, 'key');
    await note(scene, seq);
    expect((await changes(scene))[0]?.message).not.toHaveProperty('client_key');
    expect(ok(await scene.ada.get(path(scene)))).toMatchObject([{ message: { client_key: 'key' } }]);
  });

  it('is for members, from the moment on in which they are', async () => {
    const scene = await startScene(1);
    await note(scene, 1);
    const kay = await api().person();
    expect(await kay.get(path(scene))).toMatchObject({ status: 404 });
    expect(
      await scene.grace.delete(`/api/message_groups/${scene.groupId}/members/@${scene.grace.handle}`),
    ).toMatchObject({ status: 204 });
    expect(await scene.grace.get(path(scene))).toMatchObject({ status: 404 });
  });
});

describe('the Last-Change header', () => {
  it('is on a page without a position or before one, and on no other', async () => {
    const scene = await startScene(5);
    const lastChange = async (query: string) =>
      (await scene.grace.get(`/api/messages/${scene.groupId}${query}`)).headers['last-change'];
    expect(await lastChange('')).toBe('0');
    await note(scene, 2);
    await note(scene, 3);
    for (const query of ['', '?limit=1', '?before=3', '?before=1']) expect(await lastChange(query)).toBe('2');
    for (const query of ['?after=0', '?after=3', '?around=3'])
      expect(await lastChange(query)).toBeUndefined();
  });

  it('names the change after which a client misses nothing', async () => {
    const scene = await startScene(2);
    await note(scene, 1);
    const { headers } = await scene.grace.get(`/api/messages/${scene.groupId}`);
    const edited = ok(await scene.ada.patch(`/api/messages/${scene.groupId}/2`, { message: 'Better' }));
    await note(scene, 2);
    const after = String(headers['last-change']);
    expect(await changes(scene, `?after=${after}`)).toEqual([{ change: 2, message: edited }]);
  });

  it('can be read by scripts of an allowed origin', async () => {
    const scene = await startScene(1);
    const answer = await scene.grace.get(`/api/messages/${scene.groupId}`, {
      Origin: 'http://localhost:3000',
    });
    expect(
      String(answer.headers['access-control-expose-headers'])
        .split(',')
        .map((name) => name.trim()),
    ).toContain('Last-Change');
  });
});
