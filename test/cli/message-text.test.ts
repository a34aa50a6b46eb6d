import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { messageText } from '../../cli/report.ts';
import { presentTable } from '../../cli/screen.ts';
import { systemWords } from '../../backend/domain/system-messages.ts';

it('a system message in a table has no isolates, and an override in a name is escaped', () => {
  const names: Readonly<Record<string, string>> = { eve: 'Eve \u202E', alan: 'Alan Turing' };
  const nameOf = (userId: string): string => names[userId] ?? '';
  const words = systemWords({ type: 'members_added', user_uuids: ['alan'], prev: 1 }, 'eve', { nameOf });
  const table = presentTable(
    new PassThrough(),
    [{ heading: 'message', text: true }],
    [[messageText(words, 'system')]],
  );
  expect(table).toContain('│ Eve \\u202e added Alan Turing │');
  expect(messageText('\u2068as it was written\u2069', 'text')).toBe('\u2068as it was written\u2069');
  expect(messageText(null, 'text')).toBe('(deleted)');
});
