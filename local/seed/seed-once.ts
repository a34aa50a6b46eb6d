import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Logger } from '../../backend/logger.ts';
import type { Table } from '../../backend/table/table.ts';
import type { TextEncryption } from '../../backend/table/encryption/text-encryption.ts';
import { readFileIfThere, replaceFile } from '../data-dir.ts';
import { defaultPlan } from './default-plan.ts';
import { seedTable } from './seed-table.ts';

/**
 * Seeds an empty table. A seed that was interrupted leaves a table that is neither empty nor complete. A file records
 * that the seed was started, so that the next start finishes it.
 * @param parts.engine the engine of the table, because a data directory may be used with several.
 */
export async function seedOnce(parts: {
  readonly table: Table;
  readonly encryption: TextEncryption;
  readonly dataDir: string;
  readonly engine: string;
  readonly logger: Logger;
}): Promise<void> {
  const { table, encryption, dataDir, engine, logger } = parts;
  const unfinished = join(dataDir, 'seed-unfinished');
  const mark = `${engine} ${table.name}`;
  if (!(await isEmpty(table)) && readFileIfThere(unfinished) !== mark) return;
  replaceFile(unfinished, mark);
  const { people, conversations, sent } = await seedTable({ table, encryption }, defaultPlan(new Date()));
  rmSync(unfinished, { force: true });
  logger.info({ people, conversations, messages: sent }, 'table seeded');
}

async function isEmpty(table: Table): Promise<boolean> {
  const { Items = [] } = await table.send(
    new ScanCommand({ TableName: table.name, Limit: 1, ConsistentRead: true }),
  );
  return Items.length === 0;
}
