import { describe, expect, it } from '@jest/globals';
import { ALWAYS } from '../../backend/events/deliveries.ts';
import { Outbox } from '../../backend/events/outbox.ts';
import { READY, UserStreams } from '../../backend/events/user-streams.ts';
import { upTo } from '../support/scene.ts';

/* What is written to the streams of a user who is far behind. */

/** The streams of a user: one, which keeps what is written to it. */
function openStreams() {
  const texts: string[] = [];
  const streams = new UserStreams('ada');
  streams.add({ write: (text) => void texts.push(text) }, 1);
  return { streams, written: () => texts.join('') };
}

const event = (n: number) => ({ text: `(${n})`, ...ALWAYS });

describe('a user for whom too many events wait', () => {
  it('to be written is written `ready` in their place, and what comes after it', () => {
    const { streams, written } = openStreams();
    streams.ready();
    const outbox = new Outbox();
    for (const n of upTo(1_003)) outbox.add(streams, event(n));
    outbox.flush();
    expect(written()).toBe(`${READY.text}${READY.text}(1002)(1003)`);
  });

  it('for the first `ready` is written the first of them', () => {
    const { streams, written } = openStreams();
    for (const n of upTo(1_003)) streams.send([event(n)]);
    streams.ready();
    const first = upTo(1_000).map((n) => event(n).text);
    expect(written()).toBe(`${READY.text}${first.join('')}`);
  });
});

describe('a user who has to fetch again', () => {
  it('is written `ready` only after the first one, which holds all events back', () => {
    const { streams, written } = openStreams();
    streams.refresh();
    expect(written()).toBe('');
    streams.ready();
    streams.refresh();
    expect(written()).toBe(READY.text.repeat(2));
  });
});
