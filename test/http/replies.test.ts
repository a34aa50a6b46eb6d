import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangedMessageAnswer, MessageAnswer } from '../../backend/presentation/message.ts';
import { asEvent } from '../events/event-tale.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { timeOf } from '../support/factories.ts';

/* Replies as clients send and receive them. */

const api = useTestApi();
let ada: Caller;
let grace: Caller;
let groupId: string;

beforeAll(async () => {
  ada = await api().person();
  grace = await api().person();
});

/** Sends the question that is replied to, in a new group. */
async function ask(): Promise<void> {
  groupId = (await ada.createGroup('A group', [grace.handle])).uuid;
  await ada.send({ message: 'Monday?', message_group_uuid: groupId });
}

const QUESTION = 2;
const question = () => ({
  seq: QUESTION,
  user_uuid: ada.userId,
  handle: ada.handle,
  display_name: ada.handle,
});
const answer = () => grace.send({ message: 'Yes', message_group_uuid: groupId, reply_to: QUESTION });

describe('a reply', () => {
  it('shows its original in every response: of the send, of a page, of an edit, and of changes', async () => {
    await ask();
    const sent = await answer();
    const reply_to = { ...question(), message: 'Monday?', deleted: false };
    expect(sent).toMatchObject({ seq: 3, message: 'Yes', reply_to });
    expect((await ada.history(groupId)).at(-1)).toEqual(sent);
    expect(await ada.history(groupId, '?limit=1')).toEqual([sent]);
    const edited = ok(await grace.patch(`/api/messages/${groupId}/3`, { message: 'No' }));
    expect(edited).toMatchObject({ message: 'No', reply_to });
    await api().context.changes.append(groupId, { seqs: [3], changed_at: timeOf(1) });
    const [change] = ok(await ada.get(`/api/messages/${groupId}/changes`)) as ChangedMessageAnswer[];
    expect(change?.message).toEqual(edited);
  });

  it('never shows what a deleted original said: not in a page, in changes, in events or in a response', async () => {
    await ask();
    await answer();
    const reader = await readEvents(api().port, { token: ada.token });
    try {
      await reader.until('ready');
      ok(await ada.delete(`/api/messages/${groupId}/${QUESTION}`));
      const edited = ok(await grace.patch(`/api/messages/${groupId}/3`, { message: 'No' }));
      const gone = { reply_to: { ...question(), message: null, mentions: [], deleted: true } };
      expect(edited).toMatchObject(gone);
      const pages = [await grace.history(groupId), await grace.history(groupId, '?around=3&limit=1')];
      for (const page of pages) expect(page.at(-1)).toMatchObject(gone);
      // Later than the edit itself, so that a copy that was kept would be found.
      await api().context.changes.append(groupId, { seqs: [QUESTION, 3], changed_at: timeOf(1) });
      const changes = ok(await ada.get(`/api/messages/${groupId}/changes`)) as ChangedMessageAnswer[];
      expect(changes.map(({ message }) => message).find(({ seq }) => seq === 3)).toMatchObject(gone);
      const events = await reader.until('message', 2);
      expect(events).toContainEqual(asEvent(edited as MessageAnswer));
      expect(JSON.stringify([edited, pages, changes, events])).not.toContain('Monday?');
    } finally {
      reader.close();
    }
  });

  it('shows its original in events', async () => {
    await ask();
    const reader = await readEvents(api().port, { token: ada.token });
    try {
      await reader.until('ready');
      const sent = await answer();
      expect(await reader.until('message')).toEqual([asEvent(sent)]);
    } finally {
      reader.close();
    }
  });

  it('is a message without an original once it is deleted', async () => {
    await ask();
    await answer();
    expect(ok(await grace.delete(`/api/messages/${groupId}/3`))).not.toHaveProperty('reply_to');
    expect((await ada.history(groupId)).at(-1)).not.toHaveProperty('reply_to');
  });

  it.each(ERROR_FORMS)('to what is no message of the group is refused, as $form', async (form) => {
    await ask();
    const send = (reply_to: unknown) =>
      grace.post(
        '/api/messages',
        { message: 'Yes', message_group_uuid: groupId, reply_to },
        { Accept: form.accept },
      );
    expectFailure(await send(4), form, { status: 422, codes: ['reply_to_unknown'] });
    for (const seq of [0, -1, 1.5, '3', 1e12]) {
      expectFailure(await send(seq), form, { status: 422, codes: ['reply_to_invalid'] });
    }
  });
});
