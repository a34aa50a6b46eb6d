import { describe, expect, it } from '@jest/globals';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';

const api = useTestApi();
const pathOf = ({ handle }: Caller) => `/api/users/@${handle}/block`;

describe('PUT and DELETE /api/users/@:handle/block', () => {
  it('answer with nothing, however often, and the list has the blocked users', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    for (let times = 0; times < 2; times += 1) {
      expect(await grace.put(pathOf(ada), undefined)).toMatchObject({ status: 204, text: '' });
    }
    expect(ok(await grace.get('/api/users/me/blocks'))).toEqual([
      { uuid: ada.userId, handle: ada.handle, display_name: ada.handle, created_at: expect.any(String) },
    ]);
    expect(ok(await ada.get('/api/users/me/blocks'))).toEqual([]);
    for (let times = 0; times < 2; times += 1) {
      expect(await grace.delete(pathOf(ada))).toMatchObject({ status: 204 });
    }
    expect(ok(await grace.get('/api/users/me/blocks'))).toEqual([]);
  });

  it('list in pages', async () => {
    const grace = await api().person();
    const others = [await api().person(), await api().person(), await api().person()];
    for (const other of others) await grace.put(pathOf(other), undefined);
    const pages = await grace.pages<{ uuid: string }>('/api/users/me/blocks?limit=2', 'next');
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
  });

  it.each(ERROR_FORMS)('refuse what a block forbids, as $form', async (form) => {
    const [ada, grace] = [await api().person(), await api().person()];
    const Accept = { Accept: form.accept };
    const { message_group_uuid: uuid } = await ada.send({ handle: grace.handle, message: 'Hello' });
    await grace.put(pathOf(ada), undefined);
    const attempts = (caller: Caller) => [
      caller.post('/api/messages', { message: 'Hi', message_group_uuid: uuid }, Accept),
      caller.patch(`/api/messages/${uuid}/1`, { message: 'Hi' }, Accept),
      caller.post(`/api/message_groups/${uuid}/typing`, undefined, Accept),
    ];
    const unavailable = { status: 403, codes: ['recipient_unavailable'] };
    for (const attempt of attempts(ada)) expectFailure(await attempt, form, unavailable);
    for (const attempt of attempts(grace)) {
      expectFailure(await attempt, form, { status: 403, codes: ['recipient_blocked'] });
    }
    const group = { name: 'A group', handles: [grace.handle] };
    expectFailure(await ada.post('/api/message_groups', group, Accept), form, unavailable);
    const self = await grace.put(pathOf(grace), undefined, Accept);
    expectFailure(self, form, { status: 422, codes: ['block_self'] });
    const nobody = await grace.put('/api/users/@nobody-at-all/block', undefined, Accept);
    expectFailure(nobody, form, { status: 404, codes: ['not_found'] });
  });
});
