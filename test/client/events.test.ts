import { describe, expect, it } from '@jest/globals';
import { parseEvent } from '../../client/src/stream/events.ts';
import { textMessage } from './messages.ts';

describe('parseEvent', () => {
  const message = textMessage({ seq: 1, client_key: 'a' });

  it('distinguishes events by their names', () => {
    expect(parseEvent('ready', '{}')).toEqual({ type: 'ready' });
    expect(parseEvent('message', JSON.stringify(message))).toEqual({ type: 'message', message });
    expect(parseEvent('change', '{"message_group_uuid":"g","change":7,"seqs":[3]}')).toEqual({
      type: 'change',
      group: 'g',
      change: { number: 7, seqs: [3] },
    });
    expect(parseEvent('message_group_left', '{"uuid":"g"}')).toEqual({ type: 'left', uuid: 'g' });
    expect(parseEvent('typing', '{"message_group_uuid":"g","user_uuid":"u","handle":"h"}')).toEqual({
      type: 'typing',
      group: 'g',
      user: 'u',
      handle: 'h',
    });
  });

  it('keeps every attribute that the API sends, also one that is not checked', () => {
    const unreadable = { ...message, unreadable: true, later: 1 };
    expect(parseEvent('message', JSON.stringify(unreadable))).toEqual({
      type: 'message',
      message: unreadable,
    });
  });

  it('ignores an event of an unknown kind, and rejects an invalid one', () => {
    expect(parseEvent('weather', 'rain')).toBeUndefined();
    expect(parseEvent(undefined, '{}')).toBeUndefined();
    expect(() => parseEvent('message', '{"seq":1}')).toThrow();
  });

  it('keeps the words of a system message that reports an unknown change', () => {
    const later = {
      ...message,
      kind: 'system',
      message: 'words',
      event: { type: 'group_painted', colour: 'red' },
    };
    expect(parseEvent('message', JSON.stringify(later))).toMatchObject({
      message: { kind: 'system', message: 'words', event: undefined },
    });
  });
});
