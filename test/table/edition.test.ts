import { afterEach, describe, expect, it } from '@jest/globals';
import { EarlierVersionError, requireSecondEdition } from '../../backend/table/edition.ts';
import { groupItem, namedMemberItem, newGroupId } from '../support/factories.ts';
import { addGroup, deleteItem, putItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
const groupId = newGroupId();

describe('a table', () => {
  afterEach(async () => {
    await deleteItem(db().table, groupItem({ groupId }));
  });

  it('that is empty, or has items of this version, is accepted', async () => {
    await requireSecondEdition(db().table);
    await addGroup(db().table, { userIds: ['ada', 'grace'], length: 150 });
    await requireSecondEdition(db().table);
  });

  it.each([
    ['META', groupItem({ groupId })],
    ['a member', namedMemberItem({ groupId, userId: 'ada' })],
  ])(
    'that has %s of an earlier version is refused in one line, which names what to do',
    async (_what, item) => {
      const { log_id, ...earlier } = item;
      await putItem(db().table, earlier);
      const refused = requireSecondEdition(db().table);
      await expect(refused).rejects.toThrow(EarlierVersionError);
      await expect(refused).rejects.toThrow(`bin/ddb/drop ${db().tableName}, or remove .data`);
    },
  );
});
