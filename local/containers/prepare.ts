import { requireSecondEdition } from '../../backend/table/edition.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openEncryption } from '../../backend/table/encryption/open-encryption.ts';
import { seedOnce } from '../seed/seed-once.ts';
import { runProgram } from './program.ts';

/* Creates the table, seeds it if it is empty, and ends. Two at once do no harm: the seed writes nothing twice. */

await runProgram('prepare', async ({ client, config, dynamo, table, dataDir, logger }) => {
  const { created } = await loadSchema(client, table.name);
  if (created) logger.info({ table: table.name }, 'table created');
  await requireSecondEdition(table);
  const encryption = await openEncryption(config.api.texts, { logger });
  await seedOnce({ table, encryption, dataDir, engine: dynamo.endpoint ?? '', logger });
  client.destroy();
  return undefined;
});
