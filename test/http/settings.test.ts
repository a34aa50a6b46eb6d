import { describe, expect, it } from '@jest/globals';
import type { MessageGroupAnswer } from '../../backend/presentation/message-group.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { startConversation, useStreamingApi } from '../support/conversation.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';

const api = useStreamingApi();

interface Scene {
  readonly ada: Caller;
  readonly grace: Caller;
  readonly groupId: string;
}

/** A conversation that Grace began. */
async function startScene(kind: 'direct' | 'named' = 'direct'): Promise<Scene> {
  const messages = kind === 'direct' ? ['Hello'] : [];
  const { author, reader, groupId } = await startConversation(api(), kind, messages);
  return { ada: reader, grace: author, groupId };
}

const change = async ({ ada, groupId }: Scene, settings: object) =>
  ok(await ada.patch(`/api/message_groups/${groupId}/settings`, settings)) as MessageGroupAnswer;
const uuids = (groups: readonly MessageGroupAnswer[]) => groups.map(({ uuid }) => uuid);
const unread = async (caller: Caller) => ok(await caller.get('/api/unread'));

describe.each(['direct', 'named'] as const)('own settings of a %s group', (kind) => {
  it('are in the answer, in the lists and in the group, and others do not see them', async () => {
    const scene = await startScene(kind);
    const { ada, grace, groupId } = scene;
    const [row] = await ada.inbox();
    const none = { muted: 'none', favourite: false, archived: false, marked_unread: false };
    expect(row).toMatchObject(none);
    const settings = { muted: 'except_mentions', favourite: true, archived: true, marked_unread: true };
    const answer = await change(scene, settings);
    expect(answer).toEqual({ ...row, ...settings });
    expect(await ada.group(groupId)).toMatchObject(settings);
    expect(await ada.inbox()).toEqual([]);
    expect(await ada.inbox('?list=archived')).toEqual([answer]);
    expect(await ada.inbox('?list=favourites')).toEqual([answer]);
    expect(await grace.inbox()).toMatchObject([none]);
    expect(await change(scene, none)).toEqual(row);
    expect(await change(scene, {})).toEqual(row);
  });

  it('come back to the list with the next message', async () => {
    const scene = await startScene(kind);
    const { ada, grace, groupId } = scene;
    await change(scene, { archived: true });
    await grace.send({ message_group_uuid: groupId, message: 'News' });
    await eventually(async () => {
      expect(await ada.inbox()).toMatchObject([{ uuid: groupId, archived: false, message: 'News' }]);
    });
    expect(await ada.inbox('?list=archived')).toEqual([]);
  });

  it('reach the caller’s other devices by an event, and nobody else', async () => {
    const scene = await startScene(kind);
    const { ada, grace, groupId } = scene;
    const [mine, other] = [
      await readEvents(api().port, { token: ada.token }),
      await readEvents(api().port, { token: grace.token }),
    ];
    try {
      await Promise.all([mine.until('ready'), other.until('ready')]);
      const rowsOf = ({ events }: typeof mine) =>
        events.filter(
          ({ event, data }) => event === 'message_group' && JSON.stringify(data).includes(groupId),
        );
      const marked = await change(scene, { marked_unread: true });
      await eventually(() => expect(rowsOf(mine).at(-1)?.data).toEqual(marked));
      // A read mark that does not move ends it, and that is an event too.
      await ada.markRead(groupId, 0);
      await eventually(() =>
        expect(rowsOf(mine).at(-1)?.data).toMatchObject({ uuid: groupId, marked_unread: false }),
      );
      expect(rowsOf(other).filter(({ data }) => (data as MessageGroupAnswer).marked_unread)).toEqual([]);
    } finally {
      mine.close();
      other.close();
    }
  });

  it('count in the badge, without muted and archived conversations', async () => {
    const scene = await startScene(kind);
    const { ada, grace, groupId } = scene;
    await grace.send({ message_group_uuid: groupId, message: 'One more' });
    const messages = kind === 'direct' ? 2 : 1;
    await eventually(async () =>
      expect(await unread(ada)).toEqual({ message_groups: 1, messages, mentions: 0 }),
    );
    for (const settings of [{ muted: 'all' }, { archived: true }]) {
      await change(scene, settings);
      expect(await unread(ada)).toEqual({ message_groups: 0, messages: 0, mentions: 0 });
      await change(scene, { muted: 'none', archived: false });
      expect(await unread(ada)).toEqual({ message_groups: 1, messages, mentions: 0 });
    }
    await ada.markRead(groupId, 9);
    expect(await unread(ada)).toEqual({ message_groups: 0, messages: 0, mentions: 0 });
    await change(scene, { marked_unread: true });
    expect(await unread(ada)).toEqual({ message_groups: 1, messages: 0, mentions: 0 });
  });

  it('move no conversation: neither its place nor its time', async () => {
    const scene = await startScene(kind);
    const { ada, groupId } = scene;
    await startScene(kind);
    const newer = await ada.send({ handle: (await api().person()).handle, message: 'Newer' });
    await eventually(async () => expect(await ada.inbox()).toHaveLength(2));
    await change(scene, { favourite: true });
    expect(uuids(await ada.inbox())).toEqual([newer.message_group_uuid, groupId]);
  });
});

it('a list pages on with its own links', async () => {
  const ada = await api().person();
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { uuid } = await ada.createGroup(`Group ${count}`, [(await api().person()).handle]);
    ok(await ada.patch(`/api/message_groups/${uuid}/settings`, { favourite: true }));
    ids.unshift(uuid);
  }
  const first = await ada.get('/api/message_groups?list=favourites&limit=2');
  expect(linkOf(first, 'next')).toContain('list=favourites');
  const pages = await ada.pages<MessageGroupAnswer>('/api/message_groups?list=favourites&limit=2', 'next');
  expect(pages.map(uuids)).toEqual([ids.slice(0, 2), ids.slice(2)]);
});

it.each(ERROR_FORMS)('settings and lists that do not exist are refused: $form', async (form) => {
  const { ada, groupId } = await startScene();
  const headers = { Accept: form.accept };
  for (const [body, codes] of [
    [{ muted: 'loudly' }, ['muted_invalid']],
    [{ favourite: 'yes', archived: 1 }, ['favourite_invalid', 'archived_invalid']],
    [{ marked_unread: null }, ['marked_unread_invalid']],
    [{ pinned: true }, ['field_unknown']],
  ] as const) {
    const answer = await ada.patch(`/api/message_groups/${groupId}/settings`, body, headers);
    expectFailure(answer, form, { status: 422, codes });
  }
  const answer = await ada.get('/api/message_groups?list=all', headers);
  expectFailure(answer, form, { status: 400, codes: ['list_invalid'] });
});
