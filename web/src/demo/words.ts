import type { Repair, Report } from './sides.ts';

/** Says in words what a side's messages do: what waits, what was repaired, and that each is there once. */
export function wordsFor({
  network,
  waiting,
  repair,
}: Pick<Report, 'network' | 'waiting' | 'repair'>): string {
  switch (network) {
    case 'off':
      return waiting === 0
        ? 'No network. A message that is written now waits.'
        : `No network. ${counted(waiting)} ${waiting === 1 ? 'waits' : 'wait, in order'}.`;
    case 'deaf':
      return waiting === 0
        ? 'Requests arrive at the server, responses are lost. Write a message, and see it on the other side.'
        : `${counted(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for a response. ${arrivalsIn(repair)}`;
    case 'on':
      return repair ? repaired(waiting, repair) : 'Connected.';
  }
}

function repaired(waiting: number, { waited, arrivals, stored, fetched }: Repair): string {
  const sentences = ['Connected again.'];
  if (waiting > 0) sentences.push(`Sending ${counted(waiting)}.`);
  else if (waited > 0 && stored === waited) {
    const [each, them] = waited === 1 ? ['it', 'it'] : ['each', 'them'];
    sentences.push(
      `${counted(waited)} waited. The server got ${them} in ${arrivals} ${arrivals === 1 ? 'request' : 'requests'}, and has ${each} once.`,
    );
  } else if (waited > 0 && stored !== undefined)
    sentences.push(`${counted(waited)} waited. The server has ${stored}.`);
  if (fetched > 0)
    sentences.push(`${counted(fetched)} that ${wasOrWere(fetched)} missed: fetched, in order.`);
  else if (waited === 0) sentences.push('Nothing was missed.');
  return sentences.join(' ');
}

function arrivalsIn(repair: Repair | undefined): string {
  const arrivals = repair?.arrivals ?? 0;
  if (arrivals === 0) return '';
  return arrivals === 1 ? 'The server got one request.' : `The server got ${arrivals} requests for it.`;
}

function counted(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were';
}
