import { expect, it } from '@jest/globals';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { eventParser } from '../../client/src/stream/event-parser.ts';

/** Pieces of event streams, valid and not. */
const piece = fc.constantFrom(
  ...[
    'data: ',
    'data:',
    'data',
    'event: ',
    'event:message',
    'id: 1',
    ': comment',
    ':',
    'retry: 5',
    'other: x',
  ],
  ...['\n', '\r\n', '\r', '\n\n', '\r\n\r\n', ' ', 'text', '{"a":1}', '\u2028', 'é'],
);

it('The parser of event streams finds the same events as a full one, wherever the text is cut', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.array(fc.nat(80), { maxLength: 8 }),
      (pieces, cuts) => {
        const text = `${pieces.join('')}\n\ndata: last\n\n`;
        const expected: unknown[] = [];
        const full = createParser({ onEvent: ({ event = '', data }) => expected.push({ event, data }) });
        full.feed(text);
        const events: unknown[] = [];
        const feed = eventParser((event) => events.push(event));
        const places = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
        for (const [index, from] of places.entries()) feed(text.slice(from, places[index + 1]));
        expect(events).toEqual(expected);
      },
    ),
    { numRuns: 2_000 },
  );
});
