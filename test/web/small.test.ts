import { describe, expect, it } from '@jest/globals';
import { cursorOf } from '../../web/src/api/paging.ts';
import { ApiError } from '../../web/src/api/api-error.ts';
import { newRequestKey, requestKeys } from '../../web/src/api/request-key.ts';
import { wordsFor, wordsForCode } from '../../web/src/api/wording.ts';
import { parseEvent } from '../../web/src/chat/events.ts';
import { mayChangeRole, mayManage, mayRemove } from '../../web/src/groups/permissions.ts';
import { HUES, hueOf, initials } from '../../web/src/ui/initials.ts';
import { agoTime, dayName } from '../../web/src/ui/times.ts';
import { textMessage } from './messages.ts';

describe('events', () => {
  const message = textMessage({ seq: 1, client_key: 'a' });

  it('are known by their names', () => {
    expect(parseEvent('ready', '{}')).toEqual({ type: 'ready' });
    expect(parseEvent('message', JSON.stringify(message))).toEqual({ type: 'message', message });
    expect(parseEvent('message_group_left', '{"uuid":"g"}')).toEqual({ type: 'left', uuid: 'g' });
    expect(parseEvent('typing', '{"message_group_uuid":"g","user_uuid":"u","handle":"h"}')).toEqual({
      type: 'typing',
      group: 'g',
      user: 'u',
      handle: 'h',
    });
  });

  it('keep every attribute that the API sends, also one that is not checked', () => {
    const unreadable = { ...message, unreadable: true, later: 1 };
    expect(parseEvent('message', JSON.stringify(unreadable))).toEqual({
      type: 'message',
      message: unreadable,
    });
  });

  it('of kinds that are not known are passed over; what is no event fails', () => {
    expect(parseEvent('weather', 'rain')).toBeUndefined();
    expect(parseEvent(undefined, '{}')).toBeUndefined();
    expect(() => parseEvent('message', '{"seq":1}')).toThrow();
  });

  it('tell of a deed that is not known in the words they bring', () => {
    const later = {
      ...message,
      kind: 'system',
      message: 'words',
      data: { event: 'group_painted', colour: 'red' },
    };
    expect(parseEvent('message', JSON.stringify(later))).toMatchObject({
      message: { kind: 'system', message: 'words', data: undefined },
    });
  });
});

describe('times', () => {
  const now = new Date(2026, 5, 17, 12, 0).getTime();
  const ago = (...parts: [number, number, number, number, number]) =>
    agoTime(new Date(...parts).toISOString(), now);

  it('are said in few characters', () => {
    expect(agoTime(new Date(now - 59_000).toISOString(), now)).toBe('now');
    expect(agoTime(new Date(now + 5_000).toISOString(), now)).toBe('now');
    expect(agoTime(new Date(now - 5 * 60_000).toISOString(), now)).toBe('5 min');
    expect(ago(2026, 5, 17, 9, 5)).toMatch(/9:05/);
    expect(ago(2026, 5, 16, 23, 59)).toBe('Yesterday');
    expect(ago(2026, 5, 15, 0, 0)).toBe('Mon');
    expect(ago(2026, 2, 3, 0, 0)).toBe('Mar 3');
    expect(ago(2024, 2, 3, 0, 0)).toBe('Mar 3, 2024');
  });

  it('name days by midnights, not by hours', () => {
    const day = (...parts: [number, number, number, number]) =>
      dayName(new Date(...parts).toISOString(), now);
    expect(day(2026, 5, 17, 0)).toBe('Today');
    expect(day(2026, 5, 16, 23)).toBe('Yesterday');
    expect(day(2026, 5, 14, 1)).toBe('Sunday');
    expect(day(2026, 2, 3, 1)).toBe('Tuesday, March 3');
    expect(day(2024, 2, 3, 1)).toBe('March 3, 2024');
  });
});

it('failures are sentences, those that nobody thought of too', () => {
  expect(wordsFor(new ApiError(409, ['handle_taken']))).toBe('Somebody has this handle already.');
  expect(wordsFor(new TypeError('x'))).toBe('Something went wrong. Try again.');
  expect(wordsForCode('odd_code')).toContain('odd_code');
  expect([0, 429, 503].map((status) => new ApiError(status, ['x']).passes)).toEqual([true, true, true]);
  expect([400, 404, 409, 422].map((status) => new ApiError(status, ['x']).passes)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('the next page is found in a Link header', () => {
  expect(cursorOf('</api/message_groups?limit=30&cursor=a%2Bb>; rel="next"')).toBe('a+b');
  expect(cursorOf('</api/x?before=3&limit=2>; rel="prev"')).toBeUndefined();
  expect(cursorOf(null)).toBeUndefined();
});

it('who may do what is offered as the API has it', () => {
  expect(['member', 'admin', 'owner', undefined].map((role) => mayManage(role as 'member'))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(mayRemove('admin', { role: 'owner' })).toBe(false);
  expect(mayRemove('admin', { role: 'admin' })).toBe(true);
  expect(mayRemove('member', { role: 'member' })).toBe(false);
  expect(mayChangeRole('owner', { role: 'admin' })).toBe(true);
  expect(mayChangeRole('admin', { role: 'member' })).toBe(false);
  expect(mayChangeRole('owner', { role: 'owner' })).toBe(false);
});

it('initials are whole characters, as many as there are words for', () => {
  expect(initials('Ada Lovelace')).toBe('AL');
  expect(initials('ada')).toBe('A');
  expect(initials('  Ada  King Lovelace ')).toBe('AL');
  expect(initials('👩‍🚀 x')).toBe('👩‍🚀X');
  expect(initials('')).toBe('');
  expect(hueOf('ada')).toBe(hueOf('ada'));
  expect(hueOf('anything')).toBeLessThan(HUES);
});

it('a form’s key stays for the same request, and is another one for another', () => {
  const keyFor = requestKeys();
  const key = keyFor('a');
  expect(keyFor('a')).toBe(key);
  expect(keyFor('b')).not.toBe(key);
  expect(newRequestKey()).toMatch(/^[0-9a-f]{32}$/);
});
