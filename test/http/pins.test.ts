import { describe, expect, it } from '@jest/globals';
import type { ChangedMessageAnswer, MessageAnswer } from '../../backend/presentation/message.ts';
import { MAX_PINS } from '../../schema/items.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { type Caller, ok } from '../support/caller.ts';
import { startConversation, useStreamingApi } from '../support/conversation.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { pinsItem } from '../support/factories.ts';
import { putItem, upTo } from '../support/scene.ts';

const api = useStreamingApi();

interface Scene {
  /** The owner of a named group. */
  readonly ada: Caller;
  readonly grace: Caller;
  readonly groupId: string;
  readonly texts: readonly MessageAnswer[];
}

/** A conversation with three texts of Ada. */
async function startScene(kind: 'direct' | 'named' = 'direct'): Promise<Scene> {
  const { author, reader, ...scene } = await startConversation(api(), kind, ['one', 'two', 'three']);
  return { ...scene, ada: author, grace: reader };
}

const path = ({ groupId }: Scene, seq: number) => `/api/messages/${groupId}/${seq}/pin`;
const pinsOf = async ({ groupId }: Scene, who: Caller) =>
  ok(await who.get(`/api/message_groups/${groupId}/pins`)) as MessageAnswer[];

describe('a pinned message', () => {
  it.each(['direct', 'named'] as const)(
    'of a %s group is marked in the answer and on pages, and listed in the order of the log',
    async (kind) => {
      const scene = await startScene(kind);
      const { ada, grace, groupId, texts } = scene;
      const [first, , third] = texts.map(({ seq }) => seq) as [number, number, number];
      ok(await ada.put(path(scene, third)));
      const pinned = ok(await ada.put(path(scene, first))) as MessageAnswer;
      expect(pinned).toEqual({ ...texts[0], pinned: true });
      const page = await grace.history(groupId);
      expect(page.filter((message) => message.pinned).map(({ seq }) => seq)).toEqual([first, third]);
      expect(page.every((message) => message.pinned !== undefined)).toBe(true);
      expect(await pinsOf(scene, grace)).toEqual(page.filter((message) => message.pinned));
      expect(ok(await ada.delete(path(scene, first)))).toEqual(texts[0]);
      expect((await pinsOf(scene, ada)).map(({ seq }) => seq)).toEqual([third]);
      ok(await ada.delete(`/api/messages/${groupId}/${third}`));
      expect(await pinsOf(scene, ada)).toEqual([]);
      expect((await grace.history(groupId)).filter((message) => message.pinned)).toEqual([]);
    },
  );

  it('leads a client that asks for changes to the message', async () => {
    const scene = await startScene();
    ok(await scene.ada.put(path(scene, 2)));
    await eventually(async () => {
      const answer = await scene.grace.get(`/api/messages/${scene.groupId}/changes?after=0`);
      const changes = ok(answer) as ChangedMessageAnswer[];
      expect(changes.map(({ message }) => [message.seq, message.pinned])).toEqual([[2, true]]);
    });
  });

  it.each(ERROR_FORMS)(
    'is refused to plain members, of no message, and beyond the limit: $form',
    async (form) => {
      const scene = await startScene('named');
      const { ada, grace, groupId } = scene;
      const headers = { Accept: form.accept };
      for (const answer of [
        await grace.put(path(scene, 2), undefined, headers),
        await grace.delete(path(scene, 2), headers),
      ]) {
        expectFailure(answer, form, { status: 403, codes: ['role_forbidden'] });
      }
      for (const seq of [0, 99]) {
        const answer = await ada.put(path(scene, seq), undefined, headers);
        expectFailure(answer, form, { status: 404, codes: ['not_found'] });
      }
      ok(await ada.delete(`/api/messages/${groupId}/3`));
      const deleted = await ada.put(path(scene, 3), undefined, headers);
      expectFailure(deleted, form, { status: 422, codes: ['message_deleted'] });
      await putItem(api().db.table, pinsItem({ groupId, seqs: upTo(MAX_PINS).map((n) => 100 + n) }));
      const full = await ada.put(path(scene, 2), undefined, headers);
      expectFailure(full, form, { status: 422, codes: ['pins_full'] });
    },
  );
});

describe('the event `pins`', () => {
  it.each(['direct', 'named'] as const)(
    'lists all pinned messages of a %s group, right after the write and before the change that the stream logs',
    async (kind) => {
      const scene = await startScene(kind);
      const { ada, grace, groupId } = scene;
      const reader = await readEvents(api().port, { token: grace.token });
      try {
        await reader.until('ready');
        ok(await ada.put(path(scene, 2)));
        await reader.until('change');
        const told = reader.events.filter(({ event }) => event === 'pins' || event === 'change');
        const change = told.findIndex(({ event }) => event === 'change');
        expect(change).toBeGreaterThan(0);
        for (const { data } of told.slice(0, change)) {
          expect(data).toEqual({ message_group_uuid: groupId, seqs: [2] });
        }
        ok(await ada.delete(`/api/messages/${groupId}/2`));
        // The stream's handler unpins it, and logs that as well.
        await eventually(() => {
          const last = reader.events.filter(({ event }) => event === 'pins').at(-1);
          expect(last?.data).toEqual({ message_group_uuid: groupId, seqs: [] });
        });
      } finally {
        reader.close();
      }
    },
  );
});
