import { describe, expect, it } from '@jest/globals';
import type { ChangedMessageAnswer, MessageAnswer } from '../../backend/presentation/message.ts';
import { MAX_REACTIONS } from '../../schema/items.ts';
import { codesOf, ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { startConversation, useStreamingApi } from '../support/conversation.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { reactionsItem } from '../support/factories.ts';
import { putItem, upTo } from '../support/scene.ts';

const api = useStreamingApi();

interface Scene {
  readonly ada: Caller;
  readonly grace: Caller;
  readonly groupId: string;
}

/** A conversation with two texts of Ada. */
async function startScene(kind: 'direct' | 'named' = 'direct'): Promise<Scene> {
  const { author, reader, groupId } = await startConversation(api(), kind, ['Hello', 'Hello again']);
  return { ada: author, grace: reader, groupId };
}

const path = ({ groupId }: Scene, emoji: string, seq = 2) =>
  `/api/messages/${groupId}/${seq}/reactions/${encodeURIComponent(emoji)}`;
const react = async (scene: Scene, who: Caller, emoji = '👍', seq = 2) =>
  ok(await who.put(path(scene, emoji, seq))) as MessageAnswer;
const takeBack = async (scene: Scene, who: Caller, emoji = '👍') =>
  ok(await who.delete(path(scene, emoji))) as MessageAnswer;

async function reactionsFor(scene: Scene, who: Caller, seq = 2) {
  return (await who.history(scene.groupId)).find((message) => message.seq === seq)?.reactions;
}

describe('a reaction', () => {
  it.each(['direct', 'named'] as const)(
    'in a %s group is in the answer and on every page, for each reader with their own part in it',
    async (kind) => {
      const scene = await startScene(kind);
      const { ada, grace, groupId } = scene;
      expect((await react(scene, ada)).reactions).toEqual([{ emoji: '👍', count: 1, reacted: true }]);
      const answer = await react(scene, grace, '❤');
      expect(answer.reactions).toEqual([
        { emoji: '❤️', count: 1, reacted: true },
        { emoji: '👍', count: 1, reacted: false },
      ]);
      const ofAda = [
        { emoji: '❤️', count: 1, reacted: false },
        { emoji: '👍', count: 1, reacted: true },
      ];
      for (const query of ['', '?after=1', '?before=3', '?around=2']) {
        const page = await ada.history(groupId, query);
        expect(page.find(({ seq }) => seq === 2)?.reactions).toEqual(ofAda);
        expect(page.every(({ reactions }) => reactions !== undefined)).toBe(true);
      }
      expect((await grace.history(groupId)).find(({ seq }) => seq === 2)).toEqual(answer);
    },
  );

  it('is in no log: a line does not say with which emoji', async () => {
    const scene = await startScene();
    await react(scene, scene.ada, '🎉');
    await eventually(() => expect(api().logLines.join('')).toContain(`${scene.groupId}/2/reactions/*`));
    expect(api().logLines.join('')).not.toMatch(/🎉|%F0%9F%8E%89/i);
  });

  it('is taken back, and nothing else is', async () => {
    const scene = await startScene();
    await react(scene, scene.ada);
    await react(scene, scene.grace);
    expect((await takeBack(scene, scene.ada)).reactions).toEqual([{ emoji: '👍', count: 1, reacted: false }]);
    expect((await takeBack(scene, scene.ada)).reactions).toHaveLength(1);
    expect(await reactionsFor(scene, scene.grace)).toEqual([{ emoji: '👍', count: 1, reacted: true }]);
  });

  it('stays with a message that is edited, and goes with one that is deleted', async () => {
    const scene = await startScene();
    const { ada, grace, groupId } = scene;
    await react(scene, grace);
    const edited = ok(await ada.patch(`/api/messages/${groupId}/2`, { message: 'Better' })) as MessageAnswer;
    expect(edited).toMatchObject({
      message: 'Better',
      reactions: [{ emoji: '👍', count: 1, reacted: false }],
    });
    const gone = ok(await ada.delete(`/api/messages/${groupId}/2`)) as MessageAnswer;
    expect(gone.reactions).toEqual([]);
    expect(await reactionsFor(scene, grace)).toEqual([]);
    const answer = await grace.put(path(scene, '👍'));
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({
      status: 422,
      codes: ['message_deleted'],
    });
    expect((await takeBack(scene, grace)).reactions).toEqual([]);
  });

  it('is none of a new message, and is in the answer to a send that is repeated', async () => {
    const scene = await startScene();
    const body = { message_group_uuid: scene.groupId, message: 'Once', after_seq: 2 };
    const sent = await scene.ada.send(body, 'key');
    expect(sent.reactions).toEqual([]);
    await react(scene, scene.grace, '🎉', sent.seq);
    const again = await scene.ada.send(body, 'key');
    expect(again).toEqual({ ...sent, reactions: [{ emoji: '🎉', count: 1, reacted: false }] });
  });

  it('leads a client that asks for changes to the message, with its reactions as they are', async () => {
    const scene = await startScene();
    const { ada, grace, groupId } = scene;
    const page = await grace.get(`/api/messages/${groupId}`);
    const held = String(page.headers['last-change']);
    await react(scene, ada);
    await eventually(async () => {
      const changes = ok(
        await grace.get(`/api/messages/${groupId}/changes?after=${held}`),
      ) as ChangedMessageAnswer[];
      expect(changes.map(({ message }) => [message.seq, message.reactions])).toEqual([
        [2, [{ emoji: '👍', count: 1, reacted: false }]],
      ]);
    });
  });

  it('changes neither what is unread nor the order of the inbox', async () => {
    const scene = await startScene();
    const inbox = () => scene.grace.inbox();
    await eventually(async () => expect(await inbox()).toMatchObject([{ last_seq: 2 }]));
    const before = await inbox();
    await react(scene, scene.ada);
    await react(scene, scene.grace, '🎉');
    await eventually(async () => {
      const changes = await api().context.changes.after(scene.groupId, 0, 9);
      expect(changes.length).toBeGreaterThan(0);
    });
    expect(await inbox()).toEqual(before);
  });

  it.each(ERROR_FORMS)('is refused for what is no emoji, and where there is no room: $form', async (form) => {
    const scene = await startScene();
    const headers = { Accept: form.accept };
    for (const emoji of ['x', '1', '👍👍', '👍 ', '%']) {
      const answer = await scene.ada.put(path(scene, emoji), undefined, headers);
      expectFailure(answer, form, { status: 422, codes: ['emoji_invalid'] });
      expectFailure(await scene.ada.delete(path(scene, emoji), headers), form, {
        status: 422,
        codes: ['emoji_invalid'],
      });
    }
    const users = upTo(MAX_REACTIONS).map((n) => `user-${n}`);
    await putItem(api().db.table, reactionsItem({ groupId: scene.groupId, seq: 2, users }));
    const full = await scene.ada.put(path(scene, '👍'), undefined, headers);
    expectFailure(full, form, { status: 422, codes: ['reactions_full'] });
    expect(await reactionsFor(scene, scene.ada)).toEqual([
      { emoji: '👍', count: MAX_REACTIONS, reacted: false },
    ]);
    for (const seq of [0, 9]) {
      const answer = await scene.ada.put(path(scene, '👍', seq), undefined, headers);
      expectFailure(answer, form, { status: 404, codes: ['not_found'] });
    }
  });
});

describe('the users who reacted', () => {
  it('are named, page by page', async () => {
    const scene = await startScene();
    const { ada, grace, groupId } = scene;
    await react(scene, ada, '🎉');
    await react(scene, ada);
    await react(scene, grace);
    const of = (emoji: string, who: Caller) => ({
      emoji,
      user_uuid: who.userId,
      handle: who.handle,
      display_name: who.handle,
    });
    const both = [ada, grace].sort((one, other) => (one.userId < other.userId ? -1 : 1));
    const all = [of('🎉', ada), ...both.map((who) => of('👍', who))];
    const list = `/api/messages/${groupId}/2/reactions`;
    expect(ok(await grace.get(list))).toEqual(all);
    const pages = await grace.pages(`${list}?limit=1`, 'next');
    expect(pages).toEqual(all.map((one) => [one]));
    expect(linkOf(await grace.get(`${list}?limit=3`), 'next')).toBeUndefined();
    const answer = await grace.get(`${list}?cursor=x`);
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({
      status: 400,
      codes: ['cursor_invalid'],
    });
  });
});

describe('the event `reactions`', () => {
  it.each(['direct', 'named'] as const)(
    'shows all listeners of a %s group the same, right after the write and before the change that the stream logs',
    async (kind) => {
      const scene = await startScene(kind);
      const { ada, grace, groupId } = scene;
      const listen = async (who: Caller) => {
        const reader = await readEvents(api().port, { token: who.token });
        await reader.until('ready');
        return reader;
      };
      const readers = [await listen(ada), await listen(grace)];
      try {
        await react(scene, ada);
        const expected = {
          message_group_uuid: groupId,
          seq: 2,
          reactions: [
            {
              emoji: '👍',
              count: 1,
              users: [{ user_uuid: ada.userId, handle: ada.handle, display_name: ada.handle }],
            },
          ],
        };
        for (const reader of readers) {
          await reader.until('change');
          const told = reader.events.filter(({ event }) => event === 'reactions' || event === 'change');
          const change = told.findIndex(({ event }) => event === 'change');
          expect(change).toBeGreaterThan(0);
          for (const { data } of told.slice(0, change)) expect(data).toEqual(expected);
        }
        await takeBack(scene, ada);
        for (const reader of readers) {
          await reader.until('change', 2);
          const last = reader.events.filter(({ event }) => event === 'reactions').at(-1);
          expect(last?.data).toEqual({ ...expected, reactions: [] });
        }
      } finally {
        for (const reader of readers) reader.close();
      }
    },
  );
});
