import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { People, type Person } from '../browser/people.ts';
import { checkLogsAt, checkSummariesAt } from '../kill/checks.ts';
import { readEvents } from '../support/event-reader.ts';
import { eventually } from '../support/eventually.ts';
import { exchange } from '../support/http-client.ts';
import { Senders } from '../support/senders.ts';
import { Project } from './project.ts';

/* The state after containers are killed, and after all of them are removed and created again. */

const LONG = { within: 60_000 };
/** Messages of all senders together: so many that one is always in flight. */
const SOME = 60;
const NO_ANSWER = 0;
/** Event streams of one user: each goes to the API with the fewest. */
const STREAMS = 4;

const project = Project.started();
afterEach(() => project.up());

/** Signs tokens with the containers' key. */
async function openIssuer(): Promise<(sub: string) => Promise<string>> {
  const directory = mkdtempSync(join(tmpdir(), 'cruddur-compose-'));
  try {
    const key = await project.exec('sign-in', 'cat', '/data/development-issuer.json');
    writeFileSync(join(directory, 'development-issuer.json'), key);
    const issuer = await openDevelopmentIssuer(directory, {});
    return (sub) => issuer.signToken({ sub });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Patient {
  readonly sent: number;
  /** Returns the response to each message. */
  stop(): Promise<readonly number[]>;
}

/** A user who sends one message after the other, each with a key and once only: the client does not retry. */
async function startPatient(): Promise<Patient> {
  const people = new People(project.url);
  const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
  const statuses: number[] = [];
  let working = true;
  const send = async () => {
    while (working) {
      const status = await exchange(project.port, {
        method: 'POST',
        path: '/api/messages',
        headers: {
          Authorization: `Bearer ${ada.token}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': `patient-${statuses.length}`,
        },
        body: JSON.stringify({ handle: grace.handle, message: `Message ${statuses.length}` }),
      }).then(
        (answer) => answer.status,
        () => NO_ANSWER,
      );
      statuses.push(status);
    }
  };
  const sending = send();
  return {
    get sent() {
      return statuses.length;
    },
    stop: async () => {
      working = false;
      await sending;
      return statuses;
    },
  };
}

it('an API that is killed during many sends loses nothing, and serves again after its restart', async () => {
  const senders = new Senders({ ports: [project.port], signToken: await openIssuer() });
  const more = (count: number) => {
    const goal = senders.acknowledged.length + count;
    return eventually(() => senders.acknowledged.length >= goal, LONG);
  };
  let patient: Patient | undefined;
  try {
    await project.isAsked('api-1');
    await senders.openConversations();
    const token = senders.people[0]?.token ?? '';
    const open = () => readEvents(project.port, { token });
    const streams = await Promise.all(Array.from({ length: STREAMS }, open));
    await Promise.all(streams.map((stream) => stream.until('ready')));
    const ended = () => streams.filter((stream) => stream.hasEnded()).length;

    senders.start();
    const keyed = await startPatient();
    patient = keyed;
    await more(SOME);
    await project.kill('api-1');
    await eventually(() => ended() > 0, LONG);
    await more(SOME);
    const later = keyed.sent + 2;
    await eventually(() => keyed.sent >= later, LONG);
    // The proxy repeats requests with a key: no client noticed anything.
    expect((await keyed.stop()).filter((status) => status !== 200)).toEqual([]);
    // Streams at the other API are not affected, and that API accepts the clients that reconnect.
    expect(ended()).toBeLessThan(STREAMS);
    const again = await open();
    await again.until('ready');
    await again.until('message');

    await project.up('api-1');
    await project.kill('api-2');
    await eventually(() => ended() === STREAMS && again.hasEnded(), LONG);
    await more(SOME);
    await senders.stop();
  } finally {
    await patient?.stop();
    await senders.abort();
  }
  await checkLogsAt(project.endpoint, senders.acknowledged);
  await checkSummariesAt(project.endpoint);
});

it('containers that are removed and created again find all data, and tokens are still valid', async () => {
  const people = new People(project.url);
  const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
  const group = await people.send(ada, grace, 'Before');
  await people.sendToGroup(grace, group, 'And an answer');
  await checkSummariesAt(project.endpoint);
  const everything = async () => ({
    histories: await Promise.all([ada, grace].map((person) => people.texts(person, group))),
    inboxes: await Promise.all([ada, grace].map(readInbox)),
  });
  const before = await everything();
  expect(before.histories).toEqual([
    ['Before', 'And an answer'],
    ['Before', 'And an answer'],
  ]);

  await project.down();
  await project.up();
  expect(await everything()).toEqual(before);
  // The stream is still followed.
  await people.sendToGroup(ada, group, 'After');
  await eventually(async () => {
    const [first] = await readInbox(grace);
    expect(first).toMatchObject({ uuid: group, message: 'After', last_seq: 3, unread_count: 1 });
  }, LONG);
  await checkSummariesAt(project.endpoint);
});

async function readInbox({ token }: Person): Promise<unknown[]> {
  const answer = await fetch(`${project.url}/api/message_groups`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as unknown[];
}
