import { describe, expect, it } from '@jest/globals';
import { wire, type Wiring } from '../../backend/wiring.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { removeMember } from '../../backend/domain/manage-members.ts';
import { listPins } from '../../backend/domain/pin.ts';
import { listReactors } from '../../backend/domain/react.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { displayName, messageText, newHandle } from '../../backend/http/fields.ts';
import { parseBody } from '../../backend/http/parse-input.ts';
import { defaultPlan } from '../../local/seed/default-plan.ts';
import { generatedPlan, seedSize } from '../../local/seed/generated-plan.ts';
import { messageCount, type SeedConversation, type SeedPlan } from '../../local/seed/plan.ts';
import { seedTable, seedUserId } from '../../local/seed/seed-table.ts';
import { directGroupId, groupIdForKey } from '../../schema/ids.ts';
import { addPerson, readLog } from '../support/scene.ts';
import { createTestTable, useTestTable } from '../support/test-table.ts';

const NOW = new Date('2026-03-04T05:06:07.890Z');
const RIGHT = { differences: [], faults: [] };
const db = useTestTable();

const groupIdOf = ({ between, name }: SeedConversation): string =>
  name === undefined
    ? directGroupId(seedUserId(between[0]), seedUserId(between[1]))
    : groupIdForKey(seedUserId(between[0]), `seed-${seedUserId(name)}`);

describe('the default plan', () => {
  const plan = defaultPlan(NOW);

  it('has only what the API would accept, in order, and nothing in the future', () => {
    for (const { handle, display_name } of plan.people) {
      expect(parseBody(newHandle, handle)).toBe(handle);
      expect(parseBody(displayName, display_name)).toBe(display_name);
    }
    for (const { messages, between } of plan.conversations) {
      const times = messages.map((message) => message.at.getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBeLessThan(NOW.getTime());
      for (const { from, text } of messages) {
        expect(parseBody(messageText(1_024), text)).toBe(text);
        expect(between).toContain(from);
      }
    }
  });

  it('has long and short conversations, of yesterday, last week and last year, and a user without any', () => {
    const lengths = plan.conversations.map((conversation) => conversation.messages.length);
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(120);
    expect(Math.min(...lengths)).toBeLessThan(3);
    const days = plan.conversations.flatMap(({ messages }) =>
      messages.map(({ at }) => Math.round((NOW.getTime() - at.getTime()) / 86_400_000)),
    );
    const within = (low: number, high: number) => days.some((day) => low <= day && day <= high);
    // Times of day are the machine's: in another time zone the dates may differ by a day.
    expect([within(0, 0), within(1, 2), within(7, 9), within(366, 401)]).toEqual([true, true, true, true]);
    const busy = new Set(plan.conversations.flatMap((conversation) => conversation.between));
    expect(plan.people.filter((person) => !busy.has(person.handle))).toHaveLength(1);
  });
});

/** The group whose messages people use: it has mentions of users and of all, a reply, reactions and a pin, each once. */
async function expectUses(context: Wiring, plan: SeedPlan): Promise<void> {
  const used = plan.conversations.find(({ name }) => name === 'Analytical Engines');
  if (!used) throw new Error('the plan has the group');
  const groupId = groupIdOf(used);
  const log = await readLog(context, groupId);
  const [ada, grace] = [seedUserId('ada'), seedUserId('grace')];
  expect(log.flatMap(({ mentions }) => (mentions ? [mentions] : []))).toEqual([[grace, ada]]);
  expect(log.filter((message) => message.mentions_all)).toHaveLength(1);
  const reply = log.find((message) => message.reply_to !== undefined);
  expect(log.find(({ seq }) => seq === reply?.reply_to)).toMatchObject({ mentions: [grace, ada] });
  const texts = (await listPins(context, groupId, ada)).messages.map(({ message }) => message);
  expect(texts).toEqual([expect.stringContaining('House rule')]);
  const reactions = await Promise.all(
    log.map(({ seq }) => listReactors(context, { groupId, seq, userId: ada, limit: 100 })),
  );
  expect(reactions.flatMap(({ reactors }) => reactors.map(({ emoji }) => emoji))).toHaveLength(4);
}

describe('seeding', () => {
  it('writes everything once, however often and at any moment it is repeated', async () => {
    const plan = defaultPlan(NOW);
    const { table } = db();
    const interrupted = seedTable({ table }, plan, stopAfter(40));
    await expect(interrupted).rejects.toThrow('interrupted');
    await Promise.all([seedTable({ table }, plan), seedTable({ table }, plan)]);
    expect((await seedTable({ table }, plan)).sent).toBe(0);

    const context = wire({ table });
    for (const conversation of plan.conversations) {
      const log = await readLog(context, groupIdOf(conversation));
      const texts = log.filter(({ kind }) => kind === 'text').map((message) => message.message);
      expect(texts).toEqual(conversation.messages.map((message) => message.text));
      expect(log.flatMap(({ event }) => event?.type ?? [])).toEqual([
        ...(conversation.name === undefined ? [] : ['group_created']),
        ...(conversation.isPublic ? ['visibility_changed'] : []),
      ]);
      expect(await compareSummaries(context, groupIdOf(conversation))).toEqual(RIGHT);
      expect(await context.changes.newest(groupIdOf(conversation))).toBe(0);
    }
    await expectUses(context, plan);
    const { entries } = await listInbox(context, seedUserId('ada'), { limit: 100 });
    expect(entries).toHaveLength(9);
    expect(entries.filter(({ group }) => group)).toHaveLength(2);
    expect(entries.filter(({ unreadCount }) => unreadCount > 0).length).toBeGreaterThan(1);
  });

  it('leaves changes by users unchanged', async () => {
    const other = await createTestTable();
    const { table } = other;
    try {
      const context = wire({ table });
      // A user has a handle of the plan already.
      const ada = await addPerson(context, 'ada');
      const plan = smallPlan();
      const [conversation] = plan.conversations;
      if (!conversation) throw new Error('an empty plan');
      await seedTable(
        { table },
        {
          ...plan,
          conversations: [{ ...conversation, messages: conversation.messages.slice(0, 1) }],
        },
      );
      const groupId = directGroupId(ada, seedUserId('grace'));
      await sendToGroup(context, groupId, { userId: ada, text: 'by hand' });
      await seedTable({ table }, plan);
      await seedTable({ table }, plan);
      const log = await readLog(context, groupId);
      expect(log.map((message) => message.message)).toEqual(['one', 'by hand', 'two', 'three']);
    } finally {
      await other.close();
    }
  });
});

describe('a seed with more messages than the last one', () => {
  it('puts none of them before older messages, and none into the future', async () => {
    const other = await createTestTable();
    const { table } = other;
    try {
      const context = wire({ table });
      const began = new Date(Date.now() - 60_000);
      await seedTable({ table }, generatedPlan({ users: 2, groups: 1, messages: 4 }, began));
      await seedTable({ table }, generatedPlan({ users: 2, groups: 1, messages: 120 }, new Date()));
      const [groupId = ''] = await context.groups.ids();
      const log = await readLog(context, groupId);
      expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, place) => place + 1));
      const times = log.map((message) => message.created_at);
      expect(times).toEqual([...times].sort());
      expect(Date.parse(times.at(-1) ?? '')).toBeLessThanOrEqual(Date.now());
      expect(await compareSummaries(context, groupId)).toEqual(RIGHT);
    } finally {
      await other.close();
    }
  });

  it('writes runs of messages in one request each, and one by one if another client writes meanwhile', async () => {
    const other = await createTestTable();
    try {
      const writes: string[] = [];
      const context = wire({ table: other.table });
      const groupId = directGroupId(seedUserId('amina.okafor'), seedUserId('mateo.silva'));
      const plan = generatedPlan({ users: 2, groups: 1, messages: 102 }, NOW);
      const send = async (command: { readonly constructor: { readonly name: string } }) => {
        const { name } = command.constructor;
        if (name === 'TransactWriteCommand' || name === 'PutCommand') writes.push(name);
        // Right before the second run is stored, a user sends a message, which gets the run's first seq.
        if (name === 'TransactWriteCommand' && writes.filter((write) => write === name).length === 5)
          await sendToGroup(context, groupId, { userId: seedUserId('amina.okafor'), text: 'in between' });
        return other.table.send(command as never);
      };
      await seedTable({ table: { ...other.table, send: send as never } }, plan);
      const log = await readLog(context, groupId);
      expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 103 }, (_, place) => place + 1));
      const texts = plan.conversations[0]?.messages.map(({ text }) => text) ?? [];
      expect(log.map((message) => message.message)).toEqual([
        ...texts.slice(0, 51),
        'in between',
        ...texts.slice(51),
      ]);
      // Two profiles, the first message, a run of 50, and one message whose seq was taken.
      expect(writes.filter((write) => write === 'TransactWriteCommand')).toHaveLength(5 + 1);
      expect(writes.filter((write) => write === 'PutCommand').length).toBeLessThanOrEqual(51);
    } finally {
      await other.close();
    }
  });
});

describe('a group of the plan', () => {
  it('is left as it is if a member has left it or it was renamed', async () => {
    const other = await createTestTable();
    const { table } = other;
    try {
      const context = wire({ table });
      const plan = defaultPlan(NOW);
      const conversations = plan.conversations.filter(({ name }) => name !== undefined);
      const [first] = conversations;
      if (!first) throw new Error('no group in the plan');
      const half = { ...first, messages: first.messages.slice(0, 4) };
      await seedTable({ table }, { ...plan, conversations: [half] });
      const groupId = groupIdOf(first);
      const actor = { userId: seedUserId('ada'), handle: 'ada', display_name: 'Ada' };
      await removeMember(context, { groupId, actor }, 'ada');
      await seedTable({ table }, { ...plan, conversations });
      expect((await seedTable({ table }, { ...plan, conversations })).sent).toBe(0);
      expect(await context.members.find(groupId, actor.userId)).toBeUndefined();
      expect(await compareSummaries(context, groupId)).toEqual(RIGHT);
    } finally {
      await other.close();
    }
  });
});

describe('a group of the plan that is larger than one request', () => {
  it('has all its members once, also after an interruption, and who left stays away', async () => {
    const other = await createTestTable();
    const { table } = other;
    try {
      const context = wire({ table });
      const people = Array.from({ length: 110 }, (_, place) => ({
        handle: `person-${place}`,
        display_name: `Person ${place}`,
      }));
      const [first = '', second = '', ...rest] = people.map(({ handle }) => handle);
      const texts = ['one', 'two'].map((text, place) => ({
        from: first,
        text,
        at: new Date(NOW.getTime() + place),
      }));
      const conversation = {
        name: 'All',
        between: [first, second, ...rest],
        messages: texts,
        unreadBy: [],
      } as const;
      const plan: SeedPlan = { people, conversations: [conversation] };
      await expect(seedTable({ table }, plan, stopAfter(1))).rejects.toThrow('interrupted');
      await seedTable({ table }, plan);
      const groupId = groupIdOf(conversation);
      expect(await context.groups.find(groupId)).toMatchObject({ member_count: 110 });
      const actor = { userId: seedUserId(first), handle: first, display_name: first };
      await removeMember(context, { groupId, actor }, 'person-100');
      await seedTable({ table }, plan);
      expect(await context.members.list(groupId, 999)).toHaveLength(109);
      expect(await compareSummaries(context, groupId)).toEqual(RIGHT);
    } finally {
      await other.close();
    }
  });
});

describe('the generated plan', () => {
  it.each([
    [{ users: 5, groups: 10, messages: 33 }],
    [{ users: 6, groups: 15, messages: 15 }],
    [{ users: 2, groups: 1, messages: 200 }],
    [{ users: 1, groups: 0, messages: 0 }],
    [{ users: 1_000, groups: 1_500, messages: 3_001 }],
  ])('has exactly %j', (size) => {
    const plan = generatedPlan(seedSize(size), NOW);
    expect(plan.people).toHaveLength(size.users);
    expect(plan.conversations).toHaveLength(size.groups);
    expect(messageCount(plan)).toBe(size.messages);
    const pairs = plan.conversations.map(({ between }) => [...between].sort().join(' '));
    expect(new Set(pairs).size).toBe(size.groups);
    for (const { handle } of plan.people) expect(parseBody(newHandle, handle)).toBe(handle);
  });

  it('has people with names and handles, who chat', () => {
    const { people, conversations } = generatedPlan(
      seedSize({ users: 10_000, groups: 30, messages: 900 }),
      NOW,
    );
    expect(new Set(people.map(({ handle }) => handle)).size).toBe(10_000);
    for (const { handle, display_name } of people.slice(0, 300)) {
      expect(display_name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
      expect(handle).toBe(display_name.toLowerCase().replace(' ', '.'));
    }
    const texts = conversations.flatMap(({ messages }) => messages.map(({ text }) => text));
    expect(new Set(texts).size).toBeGreaterThan(100);
    for (const text of texts) expect(text).not.toMatch(/[{}]|\(\d+\)|undefined/);
    // A longer conversation begins like a shorter one, whatever else is generated.
    const [longer] = generatedPlan(seedSize({ users: 10_000, groups: 1, messages: 60 }), NOW).conversations;
    const [shorter] = conversations;
    expect(longer?.messages.slice(0, 30).map(({ text }) => text)).toEqual(
      shorter?.messages.map(({ text }) => text),
    );
  });

  it('fills in the numbers that are not given', () => {
    expect(seedSize({ users: 3 })).toEqual({ users: 3, groups: 3, messages: 30 });
    expect(seedSize({ messages: 4 })).toEqual({ users: 20, groups: 4, messages: 4 });
  });

  it.each([
    [{ users: 0 }, /--users must be 1 to/],
    [{ users: 10_001 }, /--users must be 1 to/],
    [{ users: 3, groups: 4 }, /--groups must be at most 3/],
    [{ groups: 10, messages: 9 }, /--messages must be at least 10/],
    [{ groups: 0, messages: 1 }, /--messages must be 0/],
    [{ messages: 1_000_001 }, /--messages must be at most/],
  ])('refuses %j', (size, line) => {
    expect(() => seedSize(size)).toThrow(line);
  });
});

function smallPlan(): SeedPlan {
  const texts = ['one', 'two', 'three'];
  const people = ['ada', 'grace'].map((handle) => ({ handle, display_name: handle }));
  const messages = texts.map((text, place) => ({ from: 'grace', text, at: new Date(NOW.getTime() + place) }));
  return { people, conversations: [{ between: ['ada', 'grace'], messages, unreadBy: [] }] };
}

function stopAfter(messages: number): () => void {
  let left = messages;
  return () => {
    left -= 1;
    if (left <= 0) throw new Error('interrupted');
  };
}
