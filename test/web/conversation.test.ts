import { describe, expect, it } from '@jest/globals';
import type { Member, SystemMessage } from '../../client/src/api/shapes.ts';
import { answer, attend, beginReading, miss } from '../../web/src/conversation/reading.ts';
import { type Row, rowsOf, type RowsInput } from '../../web/src/conversation/rows.ts';
import { seenBy, seenWords } from '../../web/src/conversation/seen-by.ts';
import { systemWords } from '../../web/src/conversation/system-words.ts';
import { isolateName } from '../../schema/isolate-name.ts';
import { plain } from '../../web/src/ui/sentence.ts';
import { textMessage, textMessages } from '../client/messages.ts';

function systemMessage(event: SystemMessage['event'], values: Partial<SystemMessage> = {}): SystemMessage {
  const { message: _, ...common } = textMessage({ seq: 1 });
  return { ...common, kind: 'system', message: 'in the API’s words', event, ...values };
}

const rows = (input: Partial<RowsInput>): Row[] =>
  rowsOf({
    messages: [],
    outgoing: [],
    me: 'me',
    hasOlder: false,
    dayOf: (at) => new Date(at).toISOString().slice(0, 10),
    ...input,
  });

const kinds = (found: readonly Row[]): string[] => found.map(({ kind }) => kind);

describe('rows', () => {
  it('begin with the start of the conversation and a day, and have a day wherever it changes', () => {
    const found = rows({
      messages: [
        textMessage({ seq: 1, created_at: '2026-01-01T23:59:00.000Z' }),
        textMessage({ seq: 2, created_at: '2026-01-02T00:00:00.000Z' }),
        textMessage({ seq: 3, created_at: '2026-01-02T00:01:00.000Z' }),
      ],
    });
    expect(kinds(found)).toEqual(['beginning', 'day', 'message', 'day', 'message', 'message']);
    // Bubbles are not grouped across midnight.
    expect(found[2]).toMatchObject({ last: true });
    expect(found[4]).toMatchObject({ first: true });
  });

  it('have no day above a message that older ones may precede on the same day', () => {
    expect(kinds(rows({ messages: textMessages(5, 6), hasOlder: true }))).toEqual(['message', 'message']);
  });

  it('keep their keys when older ones are added above, and when an outgoing message is stored', () => {
    const keys = (found: readonly Row[]) => found.map(({ key }) => key);
    const few = keys(rows({ messages: textMessages(5, 8), hasOlder: true }));
    expect(keys(rows({ messages: textMessages(3, 8), hasOlder: true })).slice(2)).toEqual(few);

    const outgoing = { key: 'a', text: 'x', at: Date.UTC(2026, 0, 1, 12), state: 'sending' } as const;
    const sending = rows({ messages: textMessages(5, 5), outgoing: [outgoing], hasOlder: true });
    const arrived = rows({
      messages: [...textMessages(5, 5), textMessage({ seq: 6, client_key: 'a' })],
      hasOlder: true,
    });
    expect(keys(arrived)).toEqual(keys(sending));
    expect(new Set(keys(arrived)).size).toBe(arrived.length);
  });

  it('group bubbles of one user that were sent within five minutes', () => {
    const minute = (seq: number, minutes: number, user_uuid: string) =>
      textMessage({ seq, user_uuid, created_at: new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString() });
    const found = rows({
      messages: [minute(1, 0, 'me'), minute(2, 4, 'me'), minute(3, 10, 'me'), minute(4, 11, 'ada')],
      hasOlder: true,
    });
    expect(found).toMatchObject([
      { own: true, first: true, last: false },
      { own: true, first: false, last: true },
      { own: true, first: true, last: true },
      { own: false, first: true, last: true },
    ]);
  });

  it('have one line above the first new message, which separates groups of bubbles', () => {
    const found = rows({ messages: textMessages(5, 8), newAfter: 6, hasOlder: true });
    expect(kinds(found)).toEqual(['message', 'message', 'divider', 'message', 'message']);
    expect(found[1]).toMatchObject({ last: true });
    expect(found[3]).toMatchObject({ first: true });
    expect(kinds(rows({ messages: textMessages(5, 8), newAfter: 8, hasOlder: true }))).not.toContain(
      'divider',
    );
  });

  it('separate groups of bubbles at system messages', () => {
    const found = rows({
      messages: [textMessage({ seq: 1 }), systemMessage(undefined, { seq: 2 }), textMessage({ seq: 3 })],
      hasOlder: true,
    });
    expect(kinds(found)).toEqual(['message', 'system', 'message']);
    expect(found[2]).toMatchObject({ first: true });
  });
});

describe('reading', () => {
  const place = { read_seq: 5, unread_count: 2 };

  it('begins with a line above the unread messages, which stays while the user reads on', () => {
    const reading = attend(beginReading(place), 7);
    expect(reading).toEqual({ seen: 7, newAfter: 5 });
    expect(beginReading({ read_seq: 5, unread_count: 0 }).newAfter).toBeUndefined();
  });

  it('never goes back', () => {
    expect(attend({ seen: 7, newAfter: undefined }, 6).seen).toBe(7);
  });

  it('moves the line above messages that arrived while the user was not looking', () => {
    expect(miss({ seen: 7, newAfter: 5 }, 9)).toEqual({ seen: 7, newAfter: 7 });
    // The same object, because it is computed at each rendering.
    const missed = { seen: 7, newAfter: 7 };
    expect(miss(missed, 12)).toBe(missed);
    expect(miss({ seen: 7, newAfter: undefined }, 7)).toEqual({ seen: 7, newAfter: undefined });
  });

  it('removes the line when the user sends a message', () => {
    expect(answer({ seen: 7, newAfter: 5 })).toEqual({ seen: 7, newAfter: undefined });
  });
});

describe('seen by', () => {
  const member = (user_uuid: string, read_seq: number, joined_seq = 1): Member => ({
    user_uuid,
    handle: user_uuid,
    display_name: user_uuid.toUpperCase(),
    role: 'member',
    read_seq,
    joined_at: '2026-01-01T00:00:00.000Z',
    joined_seq,
  });
  const own = (seq: number) => textMessage({ seq, user_uuid: 'me' });

  it('names each member at the last own message that they have read', () => {
    const messages = [own(1), own(2), textMessage({ seq: 3, user_uuid: 'x' }), own(4)];
    const seen = seenBy(
      messages,
      [member('me', 4), member('ada', 2), member('ben', 4), member('cy', 0)],
      'me',
    );
    expect([...seen]).toEqual([
      [2, ['ADA']],
      [4, ['BEN']],
    ]);
  });

  it('counts a member who writes as having read, and no one for a tombstone', () => {
    const messages = [
      own(1),
      { ...own(2), deleted_at: 'x', message: null },
      textMessage({ seq: 3, user_uuid: 'ada' }),
    ];
    expect([...seenBy(messages, [member('ada', 0)], 'me')]).toEqual([[1, ['ADA']]]);
  });

  it('is unknown in a large group, which shows no marks; who writes has read', () => {
    const { read_seq: _, ...unmarked } = member('ada', 9);
    expect([...seenBy([own(1), own(2)], [unmarked], 'me')]).toEqual([]);
    const messages = [own(1), textMessage({ seq: 2, user_uuid: 'ada' }), own(3)];
    expect([...seenBy(messages, [unmarked], 'me')]).toEqual([[1, ['ADA']]]);
  });

  it('does not count a mark that joining has set, nor a system message', () => {
    const added = systemMessage({ type: 'member_left' }, { seq: 3, user_uuid: 'ada' });
    const messages = [own(1), own(2), added, own(4)];
    expect([...seenBy(messages, [member('isaac', 3, 3)], 'me')]).toEqual([]);
    // A member who has read on from there has read the later messages.
    expect([...seenBy(messages, [member('isaac', 4, 3)], 'me')]).toEqual([[4, ['ISAAC']]]);
    expect([...seenBy(messages, [member('ada', 0)], 'me')]).toEqual([]);
    // A text from an earlier membership counts: its author had read the messages before it.
    const before = [own(1), textMessage({ seq: 2, user_uuid: 'isaac' }), own(3)];
    expect([...seenBy(before, [member('isaac', 5, 5)], 'me')]).toEqual([[1, ['ISAAC']]]);
    // In a direct conversation both are members from the first message on.
    expect([...seenBy([own(1)], [member('isaac', 1, 1)], 'me')]).toEqual([[1, ['ISAAC']]]);
    expect([...seenBy([own(1)], [member('isaac', 0, 1)], 'me')]).toEqual([]);
  });

  it('is a short sentence', () => {
    expect(plain(seenWords(['A'], 1))).toBe('Seen');
    expect(plain(seenWords(['A', 'B'], 2))).toBe('Seen by everyone');
    expect(plain(seenWords(['A', 'B'], 5))).toBe('Seen by \u2068A\u2069 and \u2068B\u2069');
  });
});

describe('a system message', () => {
  const ada = { user_uuid: 'ada', handle: 'ada', display_name: 'Ada Lovelace' };
  const me = { user_uuid: 'me', handle: 'me', display_name: 'Me' };
  const mine = { user_uuid: 'me', display_name: 'Me' };
  const grace = { user_uuid: 'grace', display_name: 'Grace' };
  const GRACE = isolateName('Grace');
  const [ADA, MOTHS] = [isolateName('Ada Lovelace'), isolateName('Moths')];

  it.each([
    [systemMessage({ type: 'group_created', name: 'Moths' }), `${ADA} created “${MOTHS}”`],
    [systemMessage({ type: 'group_renamed', name: 'Moths' }, mine), `You named the group “${MOTHS}”`],
    [systemMessage({ type: 'members_added', users: [me] }), `${ADA} added you`],
    [systemMessage({ type: 'members_added', users: [ada, me] }, grace), `${GRACE} added ${ADA} and you`],
    [
      systemMessage({ type: 'members_added', users: [ada, me, ada] }, grace),
      `${GRACE} added ${ADA}, you and ${ADA}`,
    ],
    [
      systemMessage({ type: 'members_added', users: [ada, ada, me, ada] }, grace),
      `${GRACE} added ${ADA}, ${ADA}, you and 1 other`,
    ],
    [
      systemMessage({ type: 'members_added', users: Array.from({ length: 90 }, () => ada) }, mine),
      `You added ${ADA}, ${ADA}, ${ADA} and 87 others`,
    ],
    [systemMessage({ type: 'member_removed', user: ada }, mine), `You removed ${ADA}`],
    [systemMessage({ type: 'member_joined' }), `${ADA} joined the group`],
    [systemMessage({ type: 'member_joined' }, mine), 'You joined the group'],
    [systemMessage({ type: 'visibility_changed', visibility: 'public' }, mine), 'You made the group public'],
    [systemMessage({ type: 'visibility_changed', visibility: 'private' }), `${ADA} made the group private`],
    [systemMessage({ type: 'member_left' }), `${ADA} left`],
    [systemMessage({ type: 'member_left', new_owner: me }), `${ADA} left, and you own the group now`],
    [systemMessage({ type: 'member_left', new_owner: ada }, mine), `You left, and ${ADA} owns the group now`],
    [systemMessage({ type: 'role_changed', user: me, role: 'admin' }), `${ADA} made you an admin`],
    [
      systemMessage({ type: 'role_changed', user: ada, role: 'member' }, mine),
      `You made ${ADA} a member without admin rights`,
    ],
    [systemMessage({ type: 'role_changed', user: me, role: 'owner' }), `${ADA} made you the owner`],
    [systemMessage({ type: 'role_changed', user: ada, role: 'owner' }, mine), `You made ${ADA} the owner`],
    [systemMessage(undefined), 'in the API’s words'],
  ])('%#: is worded for its reader', (message, words) => {
    expect(plain(systemWords(message, 'me'))).toBe(words);
  });

  it('of a later version of the API is shown in the API’s words, also from a page of history', () => {
    const later = systemMessage({ type: 'group_created', name: 'Moths' });
    Object.assign(later.event ?? {}, { type: 'group_painted' });
    expect(plain(systemWords(later, 'me'))).toBe('in the API’s words');
  });
});
