import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Wiring } from '../../backend/wiring.ts';
import { findByHandle, findByPrefix, requireProfile, saveProfile } from '../../backend/domain/people.ts';
import type { Person } from '../../backend/domain/model.ts';
import {
  BadRequestError,
  HandleTakenError,
  NotFoundError,
  ProfileMissingError,
  TableUnavailableError,
} from '../../backend/errors.ts';
import { encodeCursor } from '../../schema/cursors.ts';
import { newUserId } from '../support/factories.ts';
import { type FlakyEngine } from '../support/flaky-engine.ts';
import { addPerson, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const CLIENT_ATTEMPTS = 4;

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;

useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

describe('a profile', () => {
  it('is found by its user and by its handle', async () => {
    const userId = newUserId();
    const person = { userId, handle: 'ada', display_name: 'Ada Lovelace' };
    expect(await saveProfile(here, userId, person)).toMatchObject(person);
    expect(await requireProfile(there, userId)).toEqual(person);
    expect(await findByHandle(there, 'ada')).toEqual(person);
  });

  it('is missed where there is none', async () => {
    await expect(requireProfile(here, newUserId())).rejects.toThrow(ProfileMissingError);
    await expect(findByHandle(here, 'nobody')).rejects.toThrow(NotFoundError);
  });

  it('can be written by who was missed a moment ago', async () => {
    const userId = newUserId();
    await expect(requireProfile(here, userId)).rejects.toThrow(ProfileMissingError);
    await saveProfile(there, userId, { handle: 'moment.later', display_name: 'M' });
    expect(await requireProfile(here, userId)).toMatchObject({ handle: 'moment.later' });
  });

  it('written again as it is costs no write', async () => {
    const userId = await addPerson(here, 'same');
    flaky.reset();
    await saveProfile(here, userId, { handle: 'same', display_name: 'same' });
    expect(flaky.count('TransactWriteItems')).toBe(0);
  });

  it('keeps the time it was first written', async () => {
    const userId = await addPerson(here, 'first.time');
    const before = await there.profiles.find(userId);
    await saveProfile(here, userId, { handle: 'second.time', display_name: 'Second' });
    expect((await there.profiles.find(userId))?.created_at).toBe(before?.created_at);
  });

  it('shows its new name at once in the process that wrote it', async () => {
    const userId = await addPerson(here, 'renamed', 'Before');
    await requireProfile(here, userId);
    await saveProfile(here, userId, { handle: 'renamed', display_name: 'After' });
    expect(await requireProfile(here, userId)).toMatchObject({ display_name: 'After' });
  });

  it('that gets another display name has it where it is found by its handle', async () => {
    const userId = await addPerson(here, 'display', 'Before');
    await saveProfile(there, userId, { handle: 'display', display_name: 'After' });
    expect(await findByHandle(here, 'display')).toMatchObject({ userId, display_name: 'After' });
  });

  it('survives a lost answer', async () => {
    const userId = newUserId();
    flaky.loseAnswer('TransactWriteItems');
    await saveProfile(here, userId, { handle: 'lost.once', display_name: 'L' });
    flaky.loseAnswer('TransactWriteItems', { times: CLIENT_ATTEMPTS });
    const values = { handle: 'lost.often', display_name: 'L' };
    await expect(saveProfile(here, userId, values)).rejects.toThrow(TableUnavailableError);
    expect(await saveProfile(here, userId, values)).toMatchObject(values);
    await expectOneHandle(userId, 'lost.often', ['lost.once']);
  });
});

describe('a handle', () => {
  it('has one user, though 20 claim it at once', async () => {
    const users = upTo(20).map(newUserId);
    const outcomes = await Promise.allSettled(
      users.map((userId, place) =>
        saveProfile(place % 2 === 0 ? here : there, userId, { handle: 'wanted', display_name: `${place}` }),
      ),
    );
    const winners = users.filter((_, place) => outcomes[place]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(HandleTakenError);
    }
    expect(await findByHandle(there, 'wanted')).toMatchObject({ userId: winners[0] });
    for (const userId of users) {
      expect((await there.profiles.find(userId))?.handle).toBe(userId === winners[0] ? 'wanted' : undefined);
    }
  });

  it('that is given up can be had by another, and the user is found by the new one alone', async () => {
    const userId = await addPerson(here, 'old.handle');
    await saveProfile(here, userId, { handle: 'new.handle', display_name: 'N' });
    await expectOneHandle(userId, 'new.handle', ['old.handle']);
    const other = await addPerson(there, 'old.handle');
    expect(await findByHandle(here, 'old.handle')).toMatchObject({ userId: other });
  });

  it('that another has is refused, and the own one stays', async () => {
    const userId = await addPerson(here, 'mine');
    await addPerson(here, 'theirs');
    const refused = saveProfile(here, userId, { handle: 'theirs', display_name: 'T' });
    await expect(refused).rejects.toThrow(HandleTakenError);
    await expectOneHandle(userId, 'mine', []);
  });

  it.each([
    ['a first profile', undefined],
    ['a change', 'before'],
  ])('is one, though its user sends two requests at once: %s', async (_, before) => {
    for (const round of upTo(5)) {
      const userId = newUserId();
      const handles = ['one', 'two'].map((name) => `${name}.${before ?? 'first'}.${round}`);
      if (before !== undefined)
        await saveProfile(there, userId, { handle: `${before}.${round}`, display_name: 'B' });
      await Promise.all(
        handles.map((handle, place) =>
          saveProfile(place === 0 ? here : there, userId, { handle, display_name: handle }),
        ),
      );
      const kept = (await there.profiles.find(userId))?.handle ?? '';
      expect(handles).toContain(kept);
      await expectOneHandle(
        userId,
        kept,
        [...handles, `before.${round}`].filter((handle) => handle !== kept),
      );
    }
  });

  it('is one, though its user changes it while another request of theirs changes the name alone', async () => {
    const userId = await addPerson(there, 'race.name');
    const held = flaky.hold('TransactWriteItems');
    const slower = saveProfile(here, userId, { handle: 'race.name', display_name: 'Another' });
    await held.arrived;
    await saveProfile(there, userId, { handle: 'race.handle', display_name: 'H' });
    held.release();
    await slower;
    await expectOneHandle(userId, 'race.name', ['race.handle']);
  });

  it('is one, though another request of its user comes between reading and writing', async () => {
    const userId = await addPerson(there, 'race.start');
    const held = flaky.hold('TransactWriteItems');
    const slower = saveProfile(here, userId, { handle: 'race.slower', display_name: 'S' });
    await held.arrived;
    await saveProfile(there, userId, { handle: 'race.faster', display_name: 'F' });
    held.release();
    expect(await slower).toMatchObject({ handle: 'race.slower' });
    await expectOneHandle(userId, 'race.slower', ['race.start', 'race.faster']);
  });
});

describe('people by prefix', () => {
  const handles = upTo(23).map((n) => `pf${'abc'.charAt(n % 3)}${n}`);
  const others = ['pf', 'pg1', 'pe1', 'p.1', 'pf-', 'pf_', 'pfz9'];
  beforeAll(async () => {
    for (const handle of [...handles, ...others]) await addPerson(there, handle, handle.toUpperCase());
  });

  it('come in the order of their handles, each once, with any limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('pf', 'pfa', 'pfb1', 'pfc12', 'pfx'),
        async (limit, prefix) => {
          const pages = await readPages(prefix, limit);
          const expected = [...handles, ...others].filter((handle) => handle.startsWith(prefix)).sort();
          expect(pages.flat().map((person) => person.handle)).toEqual(expected);
          expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        },
      ),
      {
        numRuns: 20,
        examples: [
          [1, 'pf'],
          [27, 'pf'],
          [28, 'pf'],
        ],
      },
    );
  });

  it('have what is shown of them', async () => {
    const { people } = await findByPrefix(here, { prefix: 'pfz', limit: 10 });
    expect(people).toEqual([{ userId: expect.any(String), handle: 'pfz9', display_name: 'PFZ9' }]);
  });

  it.each<[string, string]>([
    ['nonsense', 'nonsense'],
    ['that of another prefix', encodeCursor(['handles', 'pg'], 'pg1')],
    ['that of an inbox', encodeCursor(['inbox', 'pf'], 'pfa1')],
  ])('refuse a cursor that is %s', async (_, cursor) => {
    const refused = findByPrefix(here, { prefix: 'pf', limit: 3, cursor });
    await expect(refused).rejects.toThrow(BadRequestError);
    await expect(refused).rejects.toMatchObject({ code: 'cursor_invalid' });
  });
});

/** Profile and claim say the same, and no other claim is left. */
async function expectOneHandle(userId: string, handle: string, released: readonly string[]): Promise<void> {
  expect(await there.profiles.find(userId)).toMatchObject({ userId, handle });
  expect(await there.profiles.findByHandle(handle, 'strong')).toMatchObject({
    handle,
    userId,
  });
  for (const other of released) expect(await there.profiles.findByHandle(other, 'strong')).toBeUndefined();
}

async function readPages(prefix: string, limit: number): Promise<Person[][]> {
  const pages: Person[][] = [];
  let cursor: string | undefined;
  do {
    const page = await findByPrefix(here, { prefix, limit, cursor });
    pages.push([...page.people]);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}
