import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UserEvent } from '../../backend/events/changes.ts';
import { Departures } from '../../backend/events/departures.ts';
import { member, logEntry } from '../support/factories.ts';

const message = (seq: number, groupId = 'g'): UserEvent => ({
  kind: 'message',
  message: logEntry({ groupId, seq }),
});
const row = (joined_seq: number, groupId = 'g'): UserEvent => ({
  kind: 'message_group',
  row: member({ groupId, userId: 'ada', joined_seq }),
});
const left = (seq: number, groupId = 'g'): UserEvent => ({ kind: 'message_group_left', groupId, seq });
const typing = (groupId = 'g'): UserEvent => ({ kind: 'typing', groupId, userId: 'grace' });

it.each<[string, readonly UserEvent[], boolean[]]>([
  ['everything of a group that was not left', [message(1), typing(), row(1)], [true, true, true]],
  [
    'nothing of one that was',
    [left(5), message(4), message(5), typing(), row(1)],
    [true, false, false, false, false],
  ],
  ['no message of a send that went in after the departure', [left(5), message(6)], [true, false]],
  ['other groups', [left(5), message(4, 'h'), typing('h'), row(1, 'h')], [true, true, true, true]],
  [
    'everything after another joining',
    [left(5), row(6), message(3), message(7), typing()],
    [true, true, true, true, true],
  ],
  ['no row of the membership that ended', [left(5), row(6), row(5), message(7)], [true, true, false, true]],
  ['a departure once', [left(5), left(5)], [true, false]],
  [
    'no departure again after they came back',
    [left(5), row(6), left(5), message(7)],
    [true, true, false, true],
  ],
  ['another departure', [left(5), row(6), left(9), message(8)], [true, true, true, false]],
])('lets through %s', (_what, all, admitted) => {
  const groups = new Departures();
  expect(all.map((told) => groups.allows(told))).toEqual(admitted);
});

it('lets nothing through between a departure and a row of a later joining, whatever the order', () => {
  const any = fc.oneof(
    fc.integer({ min: 1, max: 9 }).map((seq) => message(seq)),
    fc.integer({ min: 1, max: 9 }).map((seq) => row(seq)),
    fc.integer({ min: 1, max: 9 }).map((seq) => left(seq)),
    fc.constant(typing()),
  );
  fc.assert(
    fc.property(fc.array(any), (all) => {
      const groups = new Departures();
      let departure = 0;
      let isIn = true;
      for (const told of all) {
        const admitted = groups.allows(told);
        switch (told.kind) {
          case 'message_group_left':
            expect(admitted).toBe(told.seq > departure);
            if (admitted) isIn = false;
            departure = Math.max(departure, told.seq);
            break;
          case 'message_group':
            expect(admitted).toBe(told.row.joined_seq > departure);
            if (admitted) isIn = true;
            break;
          case 'message':
          case 'typing':
            expect(admitted).toBe(isIn);
        }
      }
    }),
  );
});
