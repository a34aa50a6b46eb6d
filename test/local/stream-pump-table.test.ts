import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Wiring } from '../../backend/wiring.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { eventually } from '../support/eventually.ts';
import { startSummaries } from '../support/pump.ts';
import { addPerson } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable({ stream: true });
let context: Wiring;
let pump: { stop(): Promise<void> };

beforeEach(async () => {
  context = db().newContext();
  pump = await startSummaries(db());
});
afterEach(() => pump.stop());

it('follows the table’s stream until every summary equals its log', async () => {
  const ada = await addPerson(context, 'ada');
  const handles = ['grace', 'alan', 'hedy'];
  for (const handle of handles) await addPerson(context, handle);
  const sent = await Promise.all(
    handles.flatMap((handle) =>
      Array.from({ length: 10 }, (_, n) => sendToHandle(context, handle, { userId: ada, text: `${n}` })),
    ),
  );
  const groupIds = new Set(sent.map((message) => message.groupId));
  expect(groupIds.size).toBe(handles.length);
  for (const groupId of groupIds) {
    await eventually(async () => {
      expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
      expect((await context.members.pair(groupId)).map((row) => row.last_seq)).toEqual([10, 10]);
    });
  }
});
