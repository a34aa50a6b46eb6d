import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Wiring, wire } from '../../backend/wiring.ts';
import type { Draft } from '../../backend/domain/drafts.ts';
import type { LogEntry, Message } from '../../backend/domain/model.ts';
import { eventually } from '../support/eventually.ts';
import { newDirectId } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { randomRuns } from '../support/random-runs.ts';
import { appendAs, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const RUNS = randomRuns(13);
/** More than the client makes of one request: the fault lasts until it gives up. */
const EVERY_ATTEMPT = 4;

/** What becomes of one attempt to send: through which process, what the network does, and whether it goes out twice. */
interface Attempt {
  readonly process: 0 | 1;
  readonly fault: 'none' | 'answer lost' | 'every answer lost' | 'never arrives' | 'conflict';
  readonly twice: boolean;
}

interface ClientMessage {
  readonly saysWhereItIs: boolean;
  readonly attempts: readonly Attempt[];
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  process: fc.constantFrom(0, 1),
  fault: fc.oneof(
    { weight: 3, arbitrary: fc.constant('none' as const) },
    fc.constantFrom(
      'answer lost' as const,
      'every answer lost' as const,
      'never arrives' as const,
      'conflict' as const,
    ),
  ),
  twice: fc.boolean(),
});
const clientMessage: fc.Arbitrary<ClientMessage> = fc.record({
  saysWhereItIs: fc.boolean(),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
});
/** Some clients, each sending one message after the other, all clients at once. */
const scenario = fc.array(fc.array(clientMessage, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 4,
});

const db = useTestTable();
let flaky: FlakyEngine;
let processes: [Wiring, Wiring];

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  processes = [0, 1].map(() => wire({ table: db().through(flaky.endpoint) })) as [Wiring, Wiring];
});
afterAll(async () => {
  await flaky.close();
});

it(`a log stays dense, and holds every acknowledged message once, through ${RUNS} random tangles of sends and losses`, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (clients) => {
      const groupId = newDirectId();
      const acknowledged = await Promise.all(
        clients.map((messages, place) => talk(groupId, `user ${place}`, messages)),
      );
      flaky.reset();
      const log = await readLog(processes[0], groupId);
      expect(log.map((message) => message.seq)).toEqual(upTo(log.length));
      const sent = acknowledged.flat();
      expect(keysOf(log)).toEqual([...new Set(keysOf(sent))].sort());
      for (const answer of sent) expect(log[answer.seq - 1]).toEqual(answer);
    }),
    { numRuns: RUNS, seed: 20_241_117, endOnFailure: true },
  );
});

/** A client that sends each message, with a key, until it is acknowledged; all the answers it got. */
async function talk(groupId: string, userId: string, messages: readonly ClientMessage[]): Promise<Message[]> {
  const answers: Message[] = [];
  for (const [place, { saysWhereItIs, attempts }] of messages.entries()) {
    const text = `message ${place} of ${userId}`;
    const seen = Math.max(0, ...answers.map((answer) => answer.seq));
    const draft: Draft = { groupId, userId, text, clientKey: text, ...(saysWhereItIs && { afterSeq: seen }) };
    const send = async ({ process, fault, twice }: Attempt) => {
      arm(fault, text);
      const sends = upTo(twice ? 2 : 1).map(() => appendAs(processes[process], draft, { last_seq: seen }));
      const outcomes = await Promise.allSettled(sends);
      return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    };
    for (const one of attempts) answers.push(...(await send(one)));
    // Faults that were not used up may still be in the way; a client goes on until it is answered.
    answers.push(
      await eventually(async () => {
        const [answer] = await send(UNDISTURBED);
        return answer ?? false;
      }),
    );
  }
  return answers;
}

const UNDISTURBED: Attempt = { process: 1, fault: 'none', twice: false };

/** Faults hit the puts of one message alone, whatever other clients do meanwhile. */
function arm(fault: Attempt['fault'], text: string): void {
  const where = ({ body }: { body: unknown }) => JSON.stringify(body).includes(`"${text}"`);
  switch (fault) {
    case 'none':
      break;
    case 'answer lost':
      flaky.loseAnswer('PutItem', { where });
      break;
    case 'every answer lost':
      flaky.loseAnswer('PutItem', { where, times: EVERY_ATTEMPT });
      break;
    case 'never arrives':
      flaky.cut('PutItem', { where, times: EVERY_ATTEMPT });
      break;
    case 'conflict':
      flaky.refuse('PutItem', 'TransactionConflictException', { where });
      break;
  }
}

function keysOf(messages: readonly LogEntry[]): string[] {
  return messages.map((message) => `${message.user_uuid}: ${message.client_key}`).sort();
}
