import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { useTempDirs } from '../../test/local/temp-dir.ts';
import { createTestTable, type TestTable } from '../../test/support/test-table.ts';
import { callScript } from '../../test/bin/run-script.ts';
import { readerRoleTemplate } from '../reader-role-template.ts';

let db: TestTable;
let proxy: Server;
const tempDir = useTempDirs();
const called = new Set<string>();

/** Passes requests on to the engine, and keeps their operations: `DynamoDB_20120810.Scan`. */
beforeAll(async () => {
  db = await createTestTable();
  const { hostname, port } = new URL(db.endpoint);
  proxy = createServer((incoming, outgoing) => {
    called.add(`dynamodb:${String(incoming.headers['x-amz-target']).split('.').pop()}`);
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterAll(async () => {
  proxy.close();
  await db.close();
});

it('the role for outside readers may do all that the documented commands for it do, and writes nothing', async () => {
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    DDB_MESSAGE_TABLE: db.tableName,
  };
  await callScript('ddb/doctor', ['prod'], { env });
  const scan = await callScript('ddb/scan', ['prod'], { env });
  const dump = await callScript('ddb/dump', [join(tempDir(), 'dump'), 'prod'], { env });
  expect([scan.status, dump.status]).toEqual([0, 0]);
  const [reads] = readerRoleTemplate().Resources.Reader.Properties.Policies.flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );
  const allowed: readonly string[] = reads && 'Action' in reads ? [reads.Action ?? []].flat() : [];
  expect([...called].filter((action) => !allowed.includes(action))).toEqual([]);
  expect(called).toContain('dynamodb:Scan');
  expect(allowed.filter((action) => /Put|Update|Delete|Write/.test(action))).toEqual([]);
});
