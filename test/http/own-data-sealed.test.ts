import { expect, it } from '@jest/globals';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { JsonText } from '../../backend/json-text.ts';
import { SEALING } from '../support/sealed.ts';

/* The same tests with texts that are encrypted: the API does not differ. */

Object.assign(process.env, SEALING);
const { useTestApi } = await import('../support/api.ts');
await import('./own-data.test.ts');

const api = useTestApi();

it('is no plain text in the table', async () => {
  const [ada, grace] = [await api().person(), await api().person()];
  const data = new JsonText('{"secret":"SALARY"}');
  await ada.send({ handle: grace.handle, message: 'Hello', data });
  const { status } = await ada.post('/api/message_groups', { name: 'Group', handles: [grace.handle], data });
  expect(status).toBe(200);
  const { table } = api().context;
  const { Items = [] } = await table.send(new ScanCommand({ TableName: table.name }));
  const stored = Items.filter(({ data: own }) => own !== undefined);
  expect(stored.map(({ data: own }) => own instanceof Uint8Array)).toEqual([true, true]);
  for (const item of stored)
    expect(Buffer.from(item['data'] as Uint8Array).toString('latin1')).not.toContain('SALARY');
});
