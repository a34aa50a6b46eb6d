import { describe, expect, it } from '@jest/globals';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { JsonText } from '../../backend/json-text.ts';
import type { ChangedMessageAnswer } from '../../backend/presentation/message.ts';
import type { GroupAnswer } from '../../backend/presentation/message-group.ts';
import { MAX_DATA_BYTES } from '../../schema/items.ts';
import { codesOf, ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { type Caller, ok } from '../support/caller.ts';
import { startConversation, useStreamingApi } from '../support/conversation.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';

/* Own data of messages and groups, as clients send and receive it. */

const api = useStreamingApi();

/** JSON of which another text would come if it were parsed and rendered again. */
const VERBATIM =
  '{"2":{"price":1.0},"1":12345678901234567890,"__proto__":{"a":null},"a":"\\u00e9 é 😀","a":[[[[[{}]]]]]}';
/** The same with white space between its tokens. */
const INDENTED = VERBATIM.replaceAll('{', '{\n  ').replaceAll(',"', ' ,\t"');
const data = () => new JsonText(INDENTED);
/** How a response has it. */
const SHOWN = `"data":${VERBATIM}`;
const PARSED: unknown = JSON.parse(VERBATIM);

const groupPath = (groupId: string) => `/api/message_groups/${groupId}`;

/** Own data of this many bytes. */
const ofBytes = (bytes: number) => new JsonText(`{"é":"${'x'.repeat(bytes - '{"é":""}'.length - 1)}"}`);

describe('own data of a message', () => {
  it('is returned as it was written: from the send, on pages, among changes and pins', async () => {
    const { author, reader, groupId } = await startConversation(api(), 'direct', ['Hello']);
    const body = { message: 'Monday or Tuesday?', message_group_uuid: groupId, data: data() };
    expect((await author.post('/api/messages', body)).text).toContain(SHOWN);
    const path = `/api/messages/${groupId}/2`;
    expect((await author.put(`${path}/pin`)).text).toContain(SHOWN);
    expect((await author.patch(path, { message: 'Tuesday?' })).text).toContain(SHOWN);
    for (const shown of [`/api/messages/${groupId}`, `/api/message_groups/${groupId}/pins`]) {
      expect((await reader.get(shown)).text).toContain(SHOWN);
    }
    await eventually(async () => {
      expect((await reader.get(`/api/messages/${groupId}/changes`)).text).toContain(SHOWN);
    });
    expect((await reader.history(groupId))[0]).not.toHaveProperty('data');
  });

  it.each(['direct', 'named'] as const)('is in the event of its message in a %s group', async (kind) => {
    const { author, reader, groupId } = await startConversation(api(), kind, ['Hello']);
    const events = await readEvents(api().port, { token: reader.token });
    try {
      await events.until('ready');
      const sent = await author.send({ message: 'Hello', message_group_uuid: groupId, data: data() });
      await eventually(() => {
        const received = events.events.find(({ data }) => JSON.stringify(data).includes(sent.uuid));
        expect(received?.data).toMatchObject({ data: PARSED });
      });
    } finally {
      events.close();
    }
  });

  it('is gone with the text of a deleted message, everywhere', async () => {
    const { author, reader, groupId } = await startConversation(api(), 'direct', ['Hello']);
    await author.send({ message: 'Hello', message_group_uuid: groupId, data: data() });
    expect(ok(await author.delete(`/api/messages/${groupId}/2`))).not.toHaveProperty('data');
    expect((await reader.history(groupId))[1]).not.toHaveProperty('data');
    await eventually(async () => {
      const changes = ok(await reader.get(`/api/messages/${groupId}/changes`)) as ChangedMessageAnswer[];
      expect(changes.map((change) => change.message.deleted_at)).toEqual([expect.any(String)]);
      expect(changes[0]?.message).not.toHaveProperty('data');
    });
    expect(JSON.stringify(await storedItems(groupId))).not.toContain('1234567890');
  });

  it('is part of the request that an `Idempotency-Key` names', async () => {
    const { author, groupId } = await startConversation(api(), 'direct', ['Hello']);
    const send = (own: JsonText | undefined) =>
      author.post(
        '/api/messages',
        { message: 'Hello', message_group_uuid: groupId, ...(own && { data: own }) },
        { 'Idempotency-Key': 'a key' },
      );
    const first = ok(await send(data()));
    expect(ok(await send(new JsonText(VERBATIM)))).toEqual(first);
    for (const other of [undefined, new JsonText('{}')]) {
      expect(codesOf(await send(other))).toEqual(['idempotency_key_reused']);
    }
    expect(await author.history(groupId)).toHaveLength(2);
  });
});

/** All items of a group's partition. */
async function storedItems(groupId: string): Promise<unknown[]> {
  const { table } = api().context;
  const { Items = [] } = await table.send(new ScanCommand({ TableName: table.name }));
  return Items.filter(({ pk }) => String(pk).endsWith(groupId));
}

/** A group of a member with its own data. */
async function startGroup(): Promise<{ owner: Caller; member: Caller; groupId: string }> {
  const [owner, member] = [await api().person(), await api().person()];
  const body = { name: 'Group', handles: [member.handle], data: data() };
  const answer = await owner.post('/api/message_groups', body);
  expect(answer.text).toContain(SHOWN);
  return { owner, member, groupId: (ok(answer) as GroupAnswer).uuid };
}

describe('own data of a group', () => {
  it('is returned as it was written: from its creation, in lists, and with the group', async () => {
    const { member, groupId } = await startGroup();
    for (const path of ['/api/message_groups', groupPath(groupId)]) {
      expect((await member.get(path)).text).toContain(SHOWN);
    }
    const settings = await member.patch(`${groupPath(groupId)}/settings`, { favourite: true });
    expect(settings.text).toContain(SHOWN);
  });

  it('is changed without a message, or with the name in one transaction, and removed by null', async () => {
    const { owner, member, groupId } = await startGroup();
    const change = async (values: object) => ok(await owner.patch(groupPath(groupId), values)) as GroupAnswer;
    expect(await change({ data: new JsonText('{"a":1}') })).toMatchObject({ data: { a: 1 } });
    // The list of a process is up to a second old.
    await eventually(async () => expect((await member.inbox())[0]?.data).toEqual({ a: 1 }));
    expect(await member.history(groupId)).toHaveLength(1);
    const renamed = await change({ name: 'Looms', data: new JsonText('{"a":2}') });
    expect(renamed).toMatchObject({ name: 'Looms', data: { a: 2 } });
    expect(await member.group(groupId)).toMatchObject({ data: { a: 2 } });
    expect(await change({ name: 'Looms', data: null })).not.toHaveProperty('data');
    expect(await member.group(groupId)).not.toHaveProperty('data');
    expect(await member.history(groupId)).toHaveLength(2);
    expect(await change({ data: data() })).toMatchObject({ name: 'Looms', data: PARSED });
  });

  it('is in the event of a group that is renamed', async () => {
    const { owner, member, groupId } = await startGroup();
    const events = await readEvents(api().port, { token: member.token });
    try {
      await events.until('ready');
      ok(await owner.patch(groupPath(groupId), { name: 'Looms' }));
      await eventually(() => {
        const shown = { name: 'Looms', data: PARSED };
        expect(events.events).toContainEqual({
          event: 'message_group',
          data: expect.objectContaining(shown),
        });
      });
    } finally {
      events.close();
    }
  });

  it('is part of the request that an `Idempotency-Key` names', async () => {
    const [owner, member] = [await api().person(), await api().person()];
    const create = (own?: JsonText) =>
      owner.post(
        '/api/message_groups',
        { name: 'Group', handles: [member.handle], ...(own && { data: own }) },
        { 'Idempotency-Key': 'a key' },
      );
    const first = ok(await create(data()));
    expect(ok(await create(data()))).toEqual(first);
    for (const other of [undefined, new JsonText('{}')]) {
      expect(codesOf(await create(other))).toEqual(['idempotency_key_reused']);
    }
  });
});

describe.each(ERROR_FORMS)('requests with own data that fail, as $form', (form) => {
  const Accept = { Accept: form.accept };

  it('are those with another value than an object, and with more than 1 KB', async () => {
    const { owner, member, groupId } = await startGroup();
    const attempts = (own: unknown) => [
      owner.post('/api/messages', { message: 'Hi', message_group_uuid: groupId, data: own }, Accept),
      owner.post('/api/message_groups', { name: 'Group', handles: [member.handle], data: own }, Accept),
      owner.patch(groupPath(groupId), { data: own }, Accept),
    ];
    for (const own of [[], 'text', 1, true]) {
      for (const attempt of attempts(own)) {
        expectFailure(await attempt, form, { status: 422, codes: ['data_invalid'] });
      }
    }
    for (const attempt of attempts(null).slice(0, 2)) {
      expectFailure(await attempt, form, { status: 422, codes: ['data_invalid'] });
    }
    for (const attempt of attempts(ofBytes(MAX_DATA_BYTES))) ok(await attempt);
    for (const attempt of attempts(ofBytes(MAX_DATA_BYTES + 1))) {
      expectFailure(await attempt, form, { status: 422, codes: ['data_too_large'] });
    }
    const edit = await owner.patch(`/api/messages/${groupId}/2`, { message: 'Hi', data: {} }, Accept);
    expectFailure(edit, form, { status: 422, codes: ['field_unknown'] });
  });

  it('are those of members without a role, of others, and for a direct group', async () => {
    const { owner, member, groupId } = await startGroup();
    const patch = (caller: Caller, path: string) => caller.patch(path, { data: new JsonText('{}') }, Accept);
    expectFailure(await patch(member, groupPath(groupId)), form, { status: 403, codes: ['role_forbidden'] });
    const stranger = await api().person();
    expectFailure(await patch(stranger, groupPath(groupId)), form, { status: 404, codes: ['not_found'] });
    const { message_group_uuid: direct } = await owner.send({ handle: member.handle, message: 'Hello' });
    const codes = ['message_group_is_direct'];
    expectFailure(await patch(owner, groupPath(direct)), form, { status: 422, codes });
    expect(await member.group(groupId)).toMatchObject({ data: PARSED });
  });
});
