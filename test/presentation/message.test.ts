import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../backend/domain/model.ts';
import { message, presentMessage } from '../../backend/presentation/message.ts';
import type { SystemEvent } from '../../schema/items.ts';
import { textMessage, newGroupId } from '../support/factories.ts';

const names = { person: (userId: string) => ({ handle: `@${userId}`, display_name: `Name of ${userId}` }) };
const details = { names, quoted: new Map<number, Message>() };
/** A name in words, and its user's id. */
const ISOLATED = /\u2068(?:Name of )?([^\u2069]*)\u2069/g;
const grace = { user_uuid: 'grace', handle: '@grace', display_name: 'Name of grace' };
const kay = { user_uuid: 'kay', handle: '@kay', display_name: 'Name of kay' };

describe('a system message', () => {
  it.each<[SystemEvent, unknown, string]>([
    [{ type: 'group_created', name: 'One' }, { type: 'group_created', name: 'One' }, '[ada] created “[One]”'],
    [
      { type: 'group_renamed', name: 'Two' },
      { type: 'group_renamed', name: 'Two' },
      '[ada] named the group “[Two]”',
    ],
    [
      { type: 'members_added', user_uuids: ['grace'], prev: 1 },
      { type: 'members_added', users: [grace] },
      '[ada] added [grace]',
    ],
    [
      { type: 'members_added', user_uuids: ['grace', 'kay'], prev: 1 },
      { type: 'members_added', users: [grace, kay] },
      '[ada] added [grace] and [kay]',
    ],
    [
      { type: 'member_removed', user_uuid: 'grace', prev: 1 },
      { type: 'member_removed', user: grace },
      '[ada] removed [grace]',
    ],
    [{ type: 'member_joined', prev: 1 }, { type: 'member_joined' }, '[ada] joined the group'],
    [
      { type: 'visibility_changed', visibility: 'public' },
      { type: 'visibility_changed', visibility: 'public' },
      '[ada] made the group public',
    ],
    [{ type: 'member_left', prev: 1 }, { type: 'member_left' }, '[ada] left'],
    [
      { type: 'member_left', new_owner: 'grace', prev: 1 },
      { type: 'member_left', new_owner: grace },
      '[ada] left, and [grace] owns the group now',
    ],
    [
      { type: 'role_changed', user_uuid: 'grace', role: 'admin' },
      { type: 'role_changed', user: grace, role: 'admin' },
      '[ada] made [grace] an admin',
    ],
    [
      { type: 'role_changed', user_uuid: 'grace', role: 'owner' },
      { type: 'role_changed', user: grace, role: 'owner' },
      '[ada] made [grace] the owner',
    ],
  ])('of %j names people as they are called now', (stored, event, words) => {
    const item = textMessage({
      groupId: newGroupId(),
      kind: 'system',
      event: stored,
      user_uuid: 'ada',
      message: null,
    });
    const presented = presentMessage(item, details);
    expect(presented).toMatchObject({ kind: 'system', handle: '@ada' });
    expect(presented.message?.replaceAll(ISOLATED, '[$1]')).toBe(words);
    expect(presented).toHaveProperty('event', event);
    // Parsing leaves out what the schema does not know.
    expect(message.parse(presented)).toEqual(presented);
  });
});

describe('a text message', () => {
  it('has no event', () => {
    const presented = presentMessage(textMessage({ groupId: newGroupId() }), details);
    expect(presented).not.toHaveProperty('event');
    expect(message.parse(presented)).toEqual(presented);
  });

  it('shows its key to its author alone', () => {
    const item = textMessage({ groupId: newGroupId(), user_uuid: 'ada', client_key: 'key' });
    expect(presentMessage(item, details, 'ada')).toHaveProperty('client_key', 'key');
    expect(presentMessage(item, details, 'grace')).not.toHaveProperty('client_key');
    expect(presentMessage(item, details)).not.toHaveProperty('client_key');
  });
});
