import { wire } from '../../backend/wiring.ts';
import {
  type ComparedPart,
  compareTable,
  readRecovery,
  readTimeToLive,
} from '../../backend/table/schema-loader.ts';
import { EarlierVersionError, requireSecondEdition } from '../../backend/table/edition.ts';
import { openTable } from '../../backend/table/table.ts';
import { TTL_ATTRIBUTE } from '../../schema/table.ts';
import { absent, type Check, fails, holds } from './check.ts';
import type { Subject } from './subject.ts';

/** An id that no user has: reading it costs the minimum. */
const NO_USER_ID = 'doctor';

const table: Check = {
  name: 'table',
  needs: ['connection'],
  run: async (subject) => {
    const { config, isAws } = await subject.route();
    const { tableName } = config;
    const found = await subject.table();
    if (!found) {
      const others = isAws ? '' : ' (./bin/ddb/list-tables lists the tables)';
      return fails(`there is no table ${tableName}: ${await schemaLoad(subject)} creates it${others}`);
    }
    const items = `about ${(found.ItemCount ?? 0).toLocaleString('en')} items`;
    if (found.TableStatus === 'ACTIVE') return holds(`${tableName} is active, with ${items}`);
    return fails(`${tableName} is ${found.TableStatus ?? 'in an unknown state'}: wait until it is ACTIVE`);
  },
};

/** A part of the table that cannot be changed to what the schema says, or not without thought. */
function partCheck(part: ComparedPart['part'], name: string): Check {
  return {
    name,
    needs: ['table'],
    run: async (subject) => {
      const { config } = await subject.route();
      const compared = compareTable((await subject.table()) ?? {}, config.tableName);
      const found = compared.find((candidate) => candidate.part === part);
      if (found?.stored === found?.expected) return holds(found?.stored ?? '');
      return fails(
        `${found?.stored} (schema: ${found?.expected}): give another table's name, or drop this one`,
      );
    },
  };
}

const timeToLive: Check = {
  name: 'TTL',
  needs: ['table'],
  run: async (subject) => {
    const { config } = await subject.route();
    const attribute = await readTimeToLive(await subject.client(), config.tableName);
    if (attribute === TTL_ATTRIBUTE) return holds(attribute);
    if (attribute === undefined) return fails(`none: ${await schemaLoad(subject)} sets it`);
    return fails(`${attribute} (schema: ${TTL_ATTRIBUTE}): give another table's name, or drop this one`);
  },
};

const recovery: Check = {
  name: 'recovery',
  needs: ['table'],
  run: async (subject) => {
    const { config } = await subject.route();
    switch (await readRecovery(await subject.client(), config.tableName)) {
      case true:
        return holds('to any point in time');
      case false:
        return fails(`none: ${await schemaLoad(subject)} switches it on`);
      case undefined:
        return absent('a local engine does not have it');
    }
  },
};

const protection: Check = {
  name: 'protection',
  needs: ['table'],
  run: async (subject) => {
    const { config, isAws } = await subject.route();
    if ((await subject.table())?.DeletionProtectionEnabled === true) return holds('from deletion');
    if (!isAws) return absent('off, as a local table needs none');
    return fails(
      `off: \`aws dynamodb update-table --table-name ${config.tableName} --deletion-protection-enabled\` switches it on`,
    );
  },
};

/** The read with which every request of a user begins, by the same code. */
const strongRead: Check = {
  name: 'strong read',
  needs: ['key'],
  run: async (subject) => {
    const { config } = await subject.route();
    const { profiles } = wire({ table: openTable(await subject.client(), config.tableName) });
    const start = performance.now();
    await profiles.find(NO_USER_ID);
    return holds(`answered in ${Math.ceil(performance.now() - start)} ms`);
  },
};

/** The first items of the table: whether this version wrote them. */
const items: Check = {
  name: 'items',
  needs: ['key'],
  run: async (subject) => {
    const { config, isAws } = await subject.route();
    if (isAws) return absent('no earlier version was deployed at AWS');
    try {
      await requireSecondEdition(openTable(await subject.client(), config.tableName));
      return holds('of this version, as far as was read');
    } catch (error) {
      if (error instanceof EarlierVersionError) return fails(error.message);
      throw error;
    }
  },
};

/** The checks of the table against the schema. */
export const TABLE_CHECKS: readonly Check[] = [
  table,
  partCheck('key', 'key'),
  partCheck('indexes', 'index'),
  partCheck('stream', 'stream'),
  timeToLive,
  recovery,
  protection,
  strongRead,
  items,
];

async function schemaLoad(subject: Subject): Promise<string> {
  return (await subject.route()).isAws ? './bin/ddb/schema-load prod' : './bin/ddb/schema-load';
}
