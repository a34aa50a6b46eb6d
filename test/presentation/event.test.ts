import { describe, expect, it } from '@jest/globals';
import { wire } from '../../backend/wiring.ts';
import type { UserEvent } from '../../backend/events/changes.ts';
import { eventPresenter } from '../../backend/presentation/event.ts';
import { opaqueTexts } from '../../backend/table/message-codec.ts';
import { addPerson } from '../support/scene.ts';
import { logEntry, member, newGroupId } from '../support/factories.ts';
import { startFlakyEngine } from '../support/flaky-engine.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();

describe('a presenter of events', () => {
  it('makes what all see alike once for all of them, and what its author sees besides for them', async () => {
    const { names } = db().newContext();
    const present = eventPresenter(names, opaqueTexts());
    const told: UserEvent = {
      kind: 'message',
      message: logEntry({ groupId: newGroupId(), user_uuid: 'ada', client_key: 'k' }),
    };
    expect(present(told, 'grace')).toBe(present(told, 'linus'));
    expect(present(told, 'ada')).not.toBe(present(told, 'grace'));
    expect(JSON.parse(await present(told, 'ada'))).toHaveProperty('client_key', 'k');
    expect(JSON.parse(await present(told, 'grace'))).not.toHaveProperty('client_key');
  });

  it('reads a name once for all who are told at the same moment', async () => {
    const flaky = await startFlakyEngine(db().endpoint);
    try {
      const { names } = wire({ table: db().through(flaky.endpoint) });
      const present = eventPresenter(names, opaqueTexts());
      const groupId = newGroupId();
      const rows = Array.from({ length: 98 }, (_, place) => member({ groupId, userId: `user-${place}` }));
      await Promise.all(rows.map((row, place) => present({ kind: 'message_group', row }, `user-${place}`)));
      expect(flaky.count('BatchGetItem')).toBe(1);
    } finally {
      await flaky.close();
    }
  });

  it('shows those whom a system message tells of by their names', async () => {
    const context = db().newContext();
    const [ada, grace] = [await addPerson(context, 'ada'), await addPerson(context, 'grace')];
    const message = logEntry({
      groupId: newGroupId(),
      user_uuid: ada,
      kind: 'system',
      data: { event: 'member_added', user_uuid: grace },
    });
    const shown: unknown = JSON.parse(
      await eventPresenter(db().newContext().names, opaqueTexts())({ kind: 'message', message }, ada),
    );
    expect(shown).toMatchObject({
      handle: 'ada',
      data: { event: 'member_added', user: { handle: 'grace' } },
    });
  });
});
