/** An event of a stream. */
interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

const LINE = /\r\n|\n|\r/;

/**
 * Returns a parser of `text/event-stream` (the HTML standard, 9.2.6), for a text that arrives in pieces: ids, comments and retry times are
 * ignored, and an event without data is none.
 */
export function eventParser(onEvent: (event: StreamEvent) => void): (chunk: string) => void {
  let rest = '';
  let event = '';
  let data: string[] = [];
  const takeLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ event, data: data.join('\n') });
      event = '';
      data = [];
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  };
  return (chunk) => {
    const text = rest + chunk;
    // A line feed may follow in the next piece.
    const isCut = text.endsWith('\r');
    const lines = (isCut ? text.slice(0, -1) : text).split(LINE);
    rest = (lines.pop() ?? '') + (isCut ? '\r' : '');
    for (const line of lines) takeLine(line);
  };
}
