import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Wiring } from '../backend/wiring.ts';
import { PROFILE_SK } from '../schema/keys.ts';
import { PEOPLE } from './seed/content.ts';
import { seedUserId } from './seed/seed-table.ts';

/** Maximum number of pages of 1 MB that are searched for users. */
const MAX_PAGES = 3;

const profile = z.object({ handle: z.string() });

/** Returns some handles to sign in as: the seed's users, or else the first that are found. Sorted. */
export async function knownHandles(context: Wiring, limit: number): Promise<string[]> {
  const names = await context.names.read(PEOPLE.map((person) => seedUserId(person.handle)));
  const seeded = PEOPLE.map((person) => seedUserId(person.handle))
    .filter((userId) => names.hasPerson(userId))
    .map((userId) => names.person(userId).handle);
  const handles = seeded.length > 0 ? seeded : await anyHandles(context);
  return handles.slice(0, limit).sort();
}

async function anyHandles({ table }: Wiring): Promise<string[]> {
  const handles: string[] = [];
  let startKey: Record<string, unknown> | undefined;
  for (let page = 0; page < MAX_PAGES && handles.length === 0; page += 1) {
    const found = await table.send(
      new ScanCommand({
        TableName: table.name,
        FilterExpression: 'sk = :profile',
        ExpressionAttributeValues: { ':profile': PROFILE_SK },
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    handles.push(...(found.Items ?? []).map((item) => profile.parse(item).handle));
    startKey = found.LastEvaluatedKey;
    if (startKey === undefined) break;
  }
  return handles;
}
