import { describe, expect, it } from '@jest/globals';
import type { UserEvent } from '../../backend/events/changes.ts';
import { decodeEvent, encodeEvent } from '../../backend/events/payload.ts';
import type { SystemEvent } from '../../schema/items.ts';
import { edited, logEntry, member, timeOf, tombstone } from '../support/factories.ts';

const first = logEntry({ groupId: 'g', client_key: 'k', message: 'Zeile\n💬\u2028"' });
const system = (data: SystemEvent): UserEvent => ({
  kind: 'message',
  message: logEntry({ groupId: 'g', kind: 'system', data }),
});
const row = member({ groupId: 'g', userId: 'ada' });
const group = {
  groupId: 'g',
  kind: 'group',
  name: 'Us',
  created_by: 'ada',
  created_at: timeOf(1),
  member_count: 3,
} as const;

/** Bytes of every value. */
const BYTES = Uint8Array.from({ length: 256 }, (_, place) => place);

const ALL: readonly UserEvent[] = [
  { kind: 'message', message: first },
  { kind: 'message', message: edited(first) },
  { kind: 'message', message: tombstone(first) },
  { kind: 'message', message: { ...first, message: BYTES, preview: BYTES } },
  system({ event: 'group_created', name: 'Us' }),
  system({ event: 'group_renamed', name: 'Us' }),
  system({ event: 'member_added', user_uuid: 'grace' }),
  system({ event: 'member_removed', user_uuid: 'grace' }),
  system({ event: 'member_left' }),
  system({ event: 'member_left', new_owner: 'grace' }),
  system({ event: 'role_changed', user_uuid: 'grace', role: 'admin' }),
  { kind: 'message_group', row },
  {
    kind: 'message_group',
    row: { ...row, preview: null, deleted_seqs: new Set([2, 5]), folded_seq: 1, folded_count: 1 },
  },
  { kind: 'message_group', row: { ...row, preview: BYTES } },
  { kind: 'message_group', row: { ...row, peer: 'grace' }, group },
  { kind: 'message_group', row, group: { ...group, request_digest: 'd' } },
  { kind: 'message_group_left', groupId: 'g', seq: 9 },
  { kind: 'typing', groupId: 'g', userId: 'ada' },
];

it.each(ALL.map((told) => [told.kind, told] as const))('comes through unchanged: %s', (_kind, told) => {
  expect(decodeEvent(encodeEvent(told))).toEqual(told);
});

it('leaves out what a newer version adds', () => {
  const newer = JSON.stringify({ kind: 'message', message: { ...first, mood: 'good' }, more: 1 });
  expect(decodeEvent(newer)).toEqual({ kind: 'message', message: first });
});

describe('what no process has written', () => {
  it.each([
    '',
    'hello',
    'null',
    '[]',
    '{}',
    '{"kind":"unknown"}',
    '{"kind":"typing","groupId":1,"userId":"u"}',
    JSON.stringify({ kind: 'message', message: { ...first, seq: '1' } }),
    JSON.stringify({ kind: 'message', message: { ...first, message: undefined } }),
    JSON.stringify({ kind: 'message_group', row: { ...row, deleted_seqs: {} } }),
    JSON.stringify({ kind: 'message', message: { ...first, message: { $bytes: 7 } } }),
    JSON.stringify({ kind: 'message', message: { ...first, message: BYTES } }),
    encodeEvent(system({ event: 'member_added', user_uuid: 'x' })).replace('member_added', 'member_eaten'),
  ])('is not understood: %s', (payload) => {
    expect(() => decodeEvent(payload)).toThrow();
  });
});
