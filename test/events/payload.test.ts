import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../backend/events/changes.ts';
import { decodeChange, encodeChange } from '../../backend/events/payload.ts';
import type { SystemEvent } from '../../schema/items.ts';
import { directRow, entry, namedGroup, namedRow } from './scene.ts';

const first = entry({ client_key: 'k', message: 'Zeile\n💬\u2028"', n: 0 });
const to = { groupId: 'g', membershipSeq: 1 };
const system = (event: SystemEvent): Change => ({
  kind: 'message',
  to,
  message: entry({ kind: 'system', message: null, event }),
});
const added: SystemEvent = { type: 'members_added', user_uuids: ['grace', 'linus'], prev: 1 };
const row = namedRow('ada', { read_n: 0 });
const group = namedGroup({ last_n: 0 });

/** Bytes of every value. */
const BYTES = Uint8Array.from({ length: 256 }, (_, place) => place);

const ALL: readonly Change[] = [
  { kind: 'message', to, message: first },
  { kind: 'message', to: { userIds: ['ada', 'grace'] }, message: first },
  { kind: 'message', to, message: { ...first, rev: 1, edited_at: first.created_at } },
  { kind: 'message', to, message: { ...first, rev: 2, message: null, deleted_at: first.created_at } },
  { kind: 'message', to, message: { ...first, message: BYTES, preview: BYTES } },
  system({ type: 'group_created', name: 'Us' }),
  system({ type: 'group_renamed', name: 'Us' }),
  system(added),
  system({ type: 'member_removed', user_uuid: 'grace', prev: 1 }),
  system({ type: 'member_left', prev: 1 }),
  system({ type: 'member_left', new_owner: 'grace', prev: 1 }),
  system({ type: 'role_changed', user_uuid: 'grace', role: 'admin' }),
  { kind: 'message_group', row },
  { kind: 'message_group', row, group },
  { kind: 'message_group', row: directRow('ada', 'grace', { preview: null, last_deleted_seq: 1 }) },
  { kind: 'message_group', row: directRow('ada', 'grace', { preview: BYTES, last_n: 0 }) },
  { kind: 'message_group', row, group: { ...group, preview: { ...added, count: 7 }, request_digest: 'd' } },
  { kind: 'message_group', row, group: { ...group, preview: BYTES } },
  {
    kind: 'versions',
    to,
    groupId: 'g',
    versions: [
      { seq: 1, rev: 0 },
      { seq: 2, rev: 3 },
    ],
  },
  { kind: 'reactions', to: { userIds: ['ada', 'grace'] }, groupId: 'd', seqs: [1, 2] },
  { kind: 'pins', to, groupId: 'g' },
  { kind: 'change', to, groupId: 'g', change: 7, seqs: [1, 2] },
  { kind: 'group', groupId: 'g', seq: 9 },
  { kind: 'membership', userId: 'ada', groupId: 'g', seq: 9 },
  { kind: 'typing', to, groupId: 'g', userId: 'ada' },
];

it.each(ALL.map((change) => [change.kind, change] as const))(
  'arrives as it was published: %s',
  (_kind, change) => {
    expect(decodeChange(encodeChange(change))).toEqual(change);
  },
);

it('leaves out what a newer version adds', () => {
  const message = { ...first, mood: 'good' };
  const newer = JSON.stringify({ kind: 'message', to: { ...to, more: 1 }, message, more: 1 });
  expect(decodeChange(newer)).toEqual({ kind: 'message', to, message: first });
});

describe('a text that no process has written', () => {
  it.each([
    '',
    'hello',
    'null',
    '[]',
    '{}',
    '{"kind":"unknown"}',
    JSON.stringify({ kind: 'typing', to, groupId: 1, userId: 'u' }),
    JSON.stringify({ kind: 'typing', groupId: 'g', userId: 'u' }),
    JSON.stringify({ kind: 'typing', to: { groupId: 'g' }, groupId: 'g', userId: 'u' }),
    JSON.stringify({ kind: 'message', to, message: { ...first, seq: '1' } }),
    JSON.stringify({ kind: 'message', to, message: { ...first, n: undefined } }),
    JSON.stringify({ kind: 'message', to, message: { ...first, message: undefined } }),
    JSON.stringify({ kind: 'message', to, message: { ...first, message: { $bytes: 7 } } }),
    JSON.stringify({ kind: 'message', to, message: { ...first, message: BYTES } }),
    JSON.stringify({ kind: 'message_group', row: { ...row, joined_seq: 'one' } }),
    JSON.stringify({ kind: 'message_group', row: { ...directRow('ada', 'grace'), last_seq: undefined } }),
    JSON.stringify({ kind: 'message_group', row, group: { ...group, kind: 'direct' } }),
    JSON.stringify({ kind: 'versions', to, groupId: 'g', versions: [{ seq: 1 }] }),
    encodeChange(system(added)).replace('members_added', 'members_eaten'),
  ])('is rejected: %s', (payload) => {
    expect(() => decodeChange(payload)).toThrow();
  });
});
