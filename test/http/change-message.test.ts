import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { INBOX_INDEX } from '../../schema/table.ts';
import { codesOf } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import type { Answer } from '../support/http-client.ts';
import { startSummaries, type Summaries } from '../support/pump.ts';
import { upTo } from '../support/scene.ts';

const api = useTestApi({ stream: true });
let summaries: Summaries;
beforeAll(async () => {
  summaries = await startSummaries(api().db);
});
afterAll(() => summaries.stop());

interface Scene {
  readonly ada: Caller;
  readonly grace: Caller;
  readonly groupId: string;
  /** What Ada said, in order. */
  readonly sent: readonly MessageAnswer[];
}

const pathOf = ({ groupId }: Scene, seq: number) => `/api/messages/${groupId}/${seq}`;
const edit = (caller: Caller, scene: Scene, seq: number, message: string) =>
  caller.patch(pathOf(scene, seq), { message });
const remove = (caller: Caller, scene: Scene, seq: number) => caller.delete(pathOf(scene, seq));
const failure = (answer: Answer) => ({ status: answer.status, codes: codesOf(answer) });

describe('editing', () => {
  it('gives a message another text, a higher rev and the time of the edit, and nothing else', async () => {
    const scene = await startScene(2);
    const [first] = scene.sent;
    const edited = ok(await edit(scene.ada, scene, 1, ' \n\nBetter  ')) as MessageAnswer;
    expect(edited).toEqual({ ...first, rev: 1, message: 'Better', edited_at: edited.edited_at });
    expect(edited.edited_at).toMatch(/^\d{4}-.*Z$/);
    expect((await scene.grace.history(scene.groupId))[0]).toEqual(edited);
    await expectPreview(scene, { last_seq: 2, message: 'text 2', unread_count: 2 });
  });

  it('of the newest message changes the preview, not its time, and not what is unread', async () => {
    const scene = await startScene(2);
    ok(await edit(scene.ada, scene, 2, 'Better'));
    await expectPreview(scene, {
      last_seq: 2,
      message: 'Better',
      unread_count: 2,
      created_at: scene.sent[1]?.created_at,
    });
  });

  it('is logged as a change, which a client that held the message asks for', async () => {
    const scene = await startScene(2);
    const { ada, grace, groupId } = scene;
    const held = String((await grace.get(`/api/messages/${groupId}`)).headers['last-change']);
    const edited = ok(await edit(ada, scene, 1, 'Better'));
    await eventually(async () => {
      const changes = ok(await grace.get(`/api/messages/${groupId}/changes?after=${held}`));
      expect(changes).toMatchObject([{ message: edited }]);
    });
    const deleted = ok(await remove(ada, scene, 2));
    await eventually(async () => {
      const changes = ok(await grace.get(`/api/messages/${groupId}/changes?after=${held}`));
      expect(changes).toMatchObject([{ message: edited }, { message: deleted }]);
    });
  });

  it('to the same text is no new rev', async () => {
    const scene = await startScene(1);
    ok(await edit(scene.ada, scene, 1, 'Better'));
    const again = ok(await edit(scene.ada, scene, 1, 'Better')) as MessageAnswer;
    expect(again).toMatchObject({ rev: 1, message: 'Better' });
    await expectPreview(scene, { message: 'Better', unread_count: 1 });
  });

  it('of what is not there, not one’s own, deleted or a system message is refused', async () => {
    const scene = await startScene(2);
    expect(failure(await edit(scene.ada, scene, 9, 'X'))).toEqual({ status: 404, codes: ['not_found'] });
    for (const seq of ['0', 'x', '1.5', '-1', '9999999999999']) {
      const answer = await scene.ada.patch(`/api/messages/${scene.groupId}/${seq}`, { message: 'X' });
      expect(failure(answer)).toEqual({ status: 404, codes: ['not_found'] });
    }
    expect(failure(await edit(scene.grace, scene, 1, 'X'))).toEqual({
      status: 403,
      codes: ['message_not_own'],
    });
    ok(await remove(scene.ada, scene, 2));
    expect(failure(await edit(scene.ada, scene, 2, 'X'))).toEqual({
      status: 422,
      codes: ['message_deleted'],
    });
    await expectPreview(scene, { last_seq: 2, message: null, unread_count: 1 });
    const { uuid } = await scene.ada.createGroup('Group', [scene.grace.handle]);
    for (const answer of [
      await scene.ada.patch(`/api/messages/${uuid}/1`, { message: 'X' }),
      await scene.ada.delete(`/api/messages/${uuid}/1`),
    ]) {
      expect(failure(answer)).toEqual({ status: 422, codes: ['message_is_system'] });
    }
  });

  it('takes what a send takes', async () => {
    const scene = await startScene(1);
    for (const [message, code] of [
      ['', 'message_blank'],
      [' \u200b ', 'message_blank'],
      ['x'.repeat(1_025), 'message_exceed_max_chars_1024'],
      ['\u2800', 'message_blank'],
    ] as const) {
      expect(failure(await edit(scene.ada, scene, 1, message))).toEqual({ status: 422, codes: [code] });
    }
    ok(await edit(scene.ada, scene, 1, '😀'.repeat(1_024)));
    expect(ok(await edit(scene.ada, scene, 1, 'a\u000bb\u0003'))).toMatchObject({ message: 'a\nb' });
  });

  it('by two devices at once is two revs, the texts in one order for everybody', async () => {
    const scene = await startScene(1);
    const texts = upTo(8).map((n) => `version ${n}`);
    const answers = await Promise.all(texts.map((text) => edit(scene.ada, scene, 1, text)));
    const revs = answers.map((answer) => ok(answer) as MessageAnswer);
    expect(revs.map(({ rev }) => rev).sort()).toEqual(upTo(8));
    const last = revs.find(({ rev }) => rev === 8);
    expect((await scene.grace.history(scene.groupId))[0]).toEqual({ ...last, client_key: undefined });
    await expectPreview(scene, { message: last?.message, unread_count: 1 });
  });
});

describe('deleting', () => {
  it.each([
    ['the newest', 3, [3], { message: null, unread_count: 2 }],
    ['the only', 1, [1], { message: null, unread_count: 0 }],
    ['an old one', 3, [1], { message: 'text 3', unread_count: 2 }],
    ['all', 3, [2, 3, 1], { message: null, unread_count: 0 }],
  ] as const)('%s leaves tombstones, and exact counts', async (_which, length, seqs, expected) => {
    const scene = await startScene(length);
    for (const seq of seqs) {
      const tombstone = ok(await remove(scene.ada, scene, seq)) as MessageAnswer;
      const before = scene.sent[seq - 1];
      expect(tombstone).toEqual({ ...before, rev: 1, message: null, deleted_at: tombstone.deleted_at });
      expect(tombstone.deleted_at).not.toBeNull();
    }
    const history = await scene.grace.history(scene.groupId);
    expect(history.map(({ seq }) => seq)).toEqual(upTo(length));
    expect(history.filter(({ deleted_at }) => deleted_at !== null).map(({ seq }) => seq)).toEqual(
      [...seqs].sort(),
    );
    await expectPreview(scene, { last_seq: length, ...expected });
  });

  it('twice answers with the same tombstone', async () => {
    const scene = await startScene(1);
    const first = ok(await remove(scene.ada, scene, 1));
    expect(ok(await remove(scene.ada, scene, 1))).toEqual(first);
    await expectPreview(scene, { last_seq: 1, message: null, unread_count: 0 });
  });

  it('another’s message in a direct group is nobody’s right', async () => {
    const scene = await startScene(1);
    expect(failure(await remove(scene.grace, scene, 1))).toEqual({
      status: 403,
      codes: ['message_not_own'],
    });
    await expectPreview(scene, { last_seq: 1, message: 'text 1', unread_count: 1 });
    ok(await remove(scene.ada, scene, 1));
    expect(failure(await remove(scene.grace, scene, 1))).toEqual({
      status: 403,
      codes: ['message_not_own'],
    });
  });

  it('what was read takes nothing off what is unread', async () => {
    const scene = await startScene(4);
    await scene.grace.markRead(scene.groupId, 2);
    for (const seq of [1, 3]) ok(await remove(scene.ada, scene, seq));
    await expectPreview(scene, { last_seq: 4, unread_count: 1 });
    expect(await scene.grace.markRead(scene.groupId, 3)).toMatchObject({ unread_count: 1 });
    expect(await scene.grace.markRead(scene.groupId, 4)).toMatchObject({ unread_count: 0 });
  });

  it('a message that is sent again with its key is found as the tombstone, and stays deleted', async () => {
    const scene = await startScene(1);
    const body = { message: 'Once', message_group_uuid: scene.groupId, after_seq: 1 };
    const sent = await scene.ada.send(body, 'key');
    const tombstone = ok(await remove(scene.ada, scene, sent.seq));
    expect(await scene.ada.send(body, 'key')).toEqual(tombstone);
    expect(await scene.grace.history(scene.groupId)).toHaveLength(2);
  });

  it('removes the text from the table, its index, every answer and the log', async () => {
    const scene = await startScene(1);
    const secrets = ['SECRET-newest', 'SECRET-edited', 'SECRET-edited-to', 'SECRET-of-the-group'];
    const [newest = '', edited = '', editedTo = '', ofGroup = ''] = secrets;
    const say = async (message: string, message_group_uuid = scene.groupId) =>
      (await scene.ada.send({ message, message_group_uuid })).seq;
    const first = await say(edited);
    ok(await edit(scene.ada, scene, first, editedTo));
    const second = await say(newest);
    const { uuid } = await scene.grace.createGroup('Group', [scene.ada.handle]);
    const third = await say(ofGroup, uuid);
    // Shown everywhere first: in previews, which the stream writes.
    await eventually(async () => {
      const inbox = JSON.stringify(await scene.grace.inbox());
      expect(inbox).toContain(newest);
      expect(inbox).toContain(ofGroup);
    });
    for (const seq of [first, second]) ok(await remove(scene.ada, scene, seq));
    ok(await scene.grace.delete(`/api/messages/${uuid}/${third}`));
    await eventually(async () => {
      for (const group of [scene.groupId, uuid]) {
        expect(await compareSummaries(api().context, group)).toEqual({ differences: [], faults: [] });
      }
      for (const IndexName of [undefined, INBOX_INDEX]) {
        const { Items } = await api().db.table.send(
          new ScanCommand({ TableName: api().db.tableName, ...(IndexName && { IndexName }) }),
        );
        expect(JSON.stringify(Items)).not.toContain('SECRET');
      }
    });
    for (const path of [
      `/api/message_groups/${uuid}`,
      `/api/messages/${uuid}`,
      `/api/messages/${scene.groupId}`,
    ]) {
      expect((await scene.grace.get(path)).text).not.toContain('SECRET');
    }
    // A list may be a second behind the group: its readers share one read.
    await eventually(async () => {
      expect((await scene.grace.get('/api/message_groups')).text).not.toContain('SECRET');
    });
    expect(api().logLines.join('\n')).not.toContain('SECRET');
  });
});

/** Ada says this many texts to Grace, and the stream has told of them. */
async function startScene(length: number): Promise<Scene> {
  const [ada, grace] = await Promise.all([api().person(), api().person()]);
  const sent: MessageAnswer[] = [];
  for (const n of upTo(length)) sent.push(await ada.send({ handle: grace.handle, message: `text ${n}` }));
  const groupId = sent[0]?.message_group_uuid ?? '';
  const scene = { ada, grace, groupId, sent };
  await expectPreview(scene, { last_seq: length, unread_count: length });
  return scene;
}

/** What Grace's inbox shows once the stream has told of everything; both rows are then what the log says. */
async function expectPreview({ grace, groupId }: Scene, expected: object): Promise<void> {
  await eventually(async () => {
    expect(await grace.inbox()).toMatchObject([{ uuid: groupId, ...expected }]);
    expect(await compareSummaries(api().context, groupId)).toEqual({ differences: [], faults: [] });
  });
}
