import { beforeEach, describe, expect, it } from '@jest/globals';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { createGroup } from '../../backend/domain/create-group.ts';
import { changeRole, removeMember, updateGroup } from '../../backend/domain/manage-members.ts';
import type { Person } from '../../backend/domain/model.ts';
import { readGroup } from '../../backend/domain/read-group.ts';
import {
  compareSummaries,
  type GroupReport,
  rebuildSummaries,
} from '../../backend/domain/rebuild-summaries.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { groupDataKey } from '../../schema/keys.ts';
import { expectCode } from '../support/answers.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { addPerson, deleteItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

/* Own data of a group while others change it, its name and its members. */

const db = useTestTable();
let flaky: FlakyEngine;
/** The first process reaches the table through the flaky engine. */
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

let people = 0;
let ada: Person;
let grace: Person;
let groupId: string;

async function newPerson(name: string): Promise<Person> {
  const handle = `${name}-${(people += 1)}`;
  return { userId: await addPerson(there, handle), handle, display_name: handle };
}

beforeEach(async () => {
  [ada, grace] = [await newPerson('ada'), await newPerson('grace')];
  const request = { creator: ada, name: 'Group', handles: [grace.handle], data: '{"a":0}' };
  groupId = (await createGroup(here, request)).own.groupId;
  await changeRole(there, by(ada), grace.handle, 'admin');
  flaky.reset();
});

const by = (actor: Person) => ({ groupId, actor });
const change = (wiring: Wiring, actor: Person, data: string | null) =>
  updateGroup(wiring, by(actor), { data });
const shownBy = async (wiring: Wiring) => (await readGroup(wiring, groupId, ada.userId)).entry.data;
/** Both processes show it, and META and the item agree. */
async function expectData(data: string | undefined): Promise<void> {
  expect([await shownBy(here), await shownBy(there)]).toEqual([data, data]);
  expect(ofData(await compareSummaries(there, groupId))).toEqual([]);
}

/** What differs in the id of own data: no stream keeps the summary here. */
function ofData({ differences }: GroupReport) {
  return differences.filter(({ key }) => key.sk === groupDataKey(groupId).sk);
}

describe('own data of a group', () => {
  it('is shown by each process as it is, also where it was changed by another one', async () => {
    await expectData('{"a":0}');
    await change(there, grace, '{"a":1}');
    await expectData('{"a":1}');
    await change(here, ada, null);
    await expectData(undefined);
  });

  it('that is the same already is not written', async () => {
    await change(here, ada, '{"a":0}');
    await updateGroup(here, by(ada), { name: 'Group', data: '{"a":0}' });
    await change(here, ada, null);
    flaky.reset();
    await change(here, ada, null);
    expect(flaky.count('TransactWriteItems')).toBe(0);
  });

  it('that two change at once is that of the later one', async () => {
    flaky.before('TransactWriteItems', () => change(there, grace, '{"a":1}'));
    await change(here, ada, '{"a":2}');
    await expectData('{"a":2}');
    flaky.before('TransactWriteItems', () => change(there, grace, null));
    await change(here, ada, '{"a":3}');
    await expectData('{"a":3}');
  });

  it('that is changed with the name follows a change of it alone in between', async () => {
    flaky.before('TransactWriteItems', () => change(there, grace, '{"a":1}'));
    const { group } = await updateGroup(here, by(ada), { name: 'Looms', data: '{"a":2}' });
    expect(group.name).toBe('Looms');
    await expectData('{"a":2}');
    flaky.before('TransactWriteItems', () => updateGroup(there, by(grace), { name: 'Engines', data: null }));
    await change(here, ada, '{"a":3}');
    await expectData('{"a":3}');
  });

  it('is not changed by an admin who becomes a member, or is removed, in between', async () => {
    flaky.before('TransactWriteItems', () => changeRole(there, by(ada), grace.handle, 'member'));
    await expectCode(change(here, grace, '{"a":1}'), 'role_forbidden');
    await changeRole(there, by(ada), grace.handle, 'admin');
    flaky.before('TransactWriteItems', () => removeMember(there, by(ada), grace.handle));
    await expectCode(change(here, grace, '{"a":1}'), 'not_found');
    await expectData('{"a":0}');
  });

  it('is that of a change whose answer was lost, once', async () => {
    flaky.loseAnswer('TransactWriteItems');
    await change(here, ada, '{"a":1}');
    await expectData('{"a":1}');
  });

  it('is found again where META lost its id, and forgotten where the item is lost', async () => {
    const { group } = await here.members.findWithGroup(groupId, ada.userId);
    const id = group?.kind === 'group' ? group.data_id : undefined;
    const key = groupDataKey(groupId);
    await deleteItem(db().table, key);
    const lost = { attribute: 'data_id', stored: id, expected: undefined };
    expect(ofData(await rebuildSummaries(here, groupId))).toEqual([{ key, differences: [lost] }]);
    await expectData(undefined);
    const item = { ...key, data_id: 'found', data: '{"a":9}' };
    await db().table.send(new PutCommand({ TableName: db().tableName, Item: item }));
    const found = { attribute: 'data_id', stored: undefined, expected: 'found' };
    expect(ofData(await rebuildSummaries(here, groupId))).toEqual([{ key, differences: [found] }]);
    await expectData('{"a":9}');
  });
});
