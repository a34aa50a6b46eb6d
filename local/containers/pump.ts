import { rmSync, writeFileSync } from 'node:fs';
import { openPublisher } from '../../backend/events/live-events.ts';
import { openObserver } from '../../backend/open-observer.ts';
import { requireSecondEdition } from '../../backend/table/edition.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { followTable } from '../pump/follow-table.ts';
import { UserError } from '../../cli/user-error.ts';
import { runProgram } from './program.ts';

/* The stream pump as a process. It publishes what it writes through Redis or Valkey, as the Lambda does. */

/** A file that exists while the stream is followed: the container's health check looks for it. */
const FOLLOWING = '/tmp/following';

await runProgram('pump', async ({ config, client, dynamo, table, dataDir, logger }) => {
  const { redisUrl: url } = config.api;
  if (url === undefined)
    throw new UserError('REDIS_URL: set it, because it publishes the events of this process to the APIs');
  rmSync(FOLLOWING, { force: true });
  await requireSecondEdition(table);
  const { tableName } = dynamo;
  const observed = await openObserver({ config: config.api.observer, tableName, logger });
  const { observer } = observed;
  const events = openPublisher({ url, tableName: table.name, logger, recorder: observer.recorder });
  const stores = { ...streamStores(table), events, observer };
  const pump = followTable({ client, dynamo, stores, dataDir, logger });
  await pump.start();
  writeFileSync(FOLLOWING, '');
  return async () => {
    await pump.stop();
    await events.close();
    await observed.stop();
    client.destroy();
  };
});
