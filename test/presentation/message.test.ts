import { describe, expect, it } from '@jest/globals';
import { message, presentMessage } from '../../backend/presentation/message.ts';
import type { SystemEvent } from '../../schema/items.ts';
import { textMessage, newGroupId } from '../support/factories.ts';

const names = { person: (userId: string) => ({ handle: `@${userId}`, display_name: `Name of ${userId}` }) };
const grace = { user_uuid: 'grace', handle: '@grace', display_name: 'Name of grace' };

describe('a system message', () => {
  it.each<[SystemEvent, unknown]>([
    [
      { event: 'group_created', name: 'One' },
      { event: 'group_created', name: 'One' },
    ],
    [
      { event: 'group_renamed', name: 'Two' },
      { event: 'group_renamed', name: 'Two' },
    ],
    [
      { event: 'member_added', user_uuid: 'grace' },
      { event: 'member_added', user: grace },
    ],
    [
      { event: 'member_removed', user_uuid: 'grace' },
      { event: 'member_removed', user: grace },
    ],
    [{ event: 'member_left' }, { event: 'member_left' }],
    [
      { event: 'member_left', new_owner: 'grace' },
      { event: 'member_left', new_owner: grace },
    ],
    [
      { event: 'role_changed', user_uuid: 'grace', role: 'admin' },
      { event: 'role_changed', user: grace, role: 'admin' },
    ],
  ])('of %j names people as they are called now', (stored, data) => {
    const item = textMessage({
      groupId: newGroupId(),
      kind: 'system',
      data: stored,
      user_uuid: 'ada',
      message: 'words',
    });
    const presented = presentMessage(item, names);
    expect(presented).toMatchObject({ kind: 'system', handle: '@ada', message: 'words' });
    expect(presented).toHaveProperty('data', data);
    // Parsing leaves out what the schema does not know.
    expect(message.parse(presented)).toEqual(presented);
  });
});

describe('a text message', () => {
  it('has no data', () => {
    const presented = presentMessage(textMessage({ groupId: newGroupId() }), names);
    expect(presented).not.toHaveProperty('data');
    expect(message.parse(presented)).toEqual(presented);
  });

  it('shows its key to its author alone', () => {
    const item = textMessage({ groupId: newGroupId(), user_uuid: 'ada', client_key: 'key' });
    expect(presentMessage(item, names, 'ada')).toHaveProperty('client_key', 'key');
    expect(presentMessage(item, names, 'grace')).not.toHaveProperty('client_key');
    expect(presentMessage(item, names)).not.toHaveProperty('client_key');
  });
});
