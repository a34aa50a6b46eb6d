import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { deleteMessage } from '../backend/domain/change-message.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { sendToGroup, sendToHandle } from '../backend/domain/send-message.ts';
import { createUpload, signDownload } from '../backend/domain/uploads.ts';
import type { Wiring } from '../backend/wiring.ts';
import { MAX_ATTACHMENTS } from '../schema/attachments.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import { newUserId } from './support/factories.ts';
import { openTestFiles, type TestFiles, uploadFile } from './support/files.ts';
import { addDirectGroup, addPerson, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What files cost: of the table; their store has prices of its own. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of files');
let context: Wiring;
let files: TestFiles;
let userId: string;

beforeAll(async () => {
  files = await openTestFiles();
  context = db().newContext({ fileStore: files.store });
  userId = await addPerson(context, 'author');
});

afterAll(() => files.close());

const FILE = { name: 'a name of usual length.pdf', type: 'application/pdf', size: 7 };

async function startGroup(length = 1): Promise<string> {
  const { groupId } = await addDirectGroup(db().table, { userIds: [userId, newUserId()], length });
  return groupId;
}

const upload = () => uploadFile(context, files.store, userId, FILE);
const uploads = (count: number) => Promise.all(upTo(count).map(upload));

describe('files', () => {
  it('cost 1 W each when their upload begins', async () => {
    await expectUnits('begin an upload', { W: 1, R: 0 }, () => createUpload(context, userId, FILE));
  });

  it.each([
    // The message has 1 KB with one file, and 1.9 KB with ten.
    [1, { W: 2 + 2, R: 1 + 1 }],
    [MAX_ATTACHMENTS, { W: 2 * 2 + 10 * 2, R: 1 + 10 }],
  ])('cost 2 W and 1 R each when a message is sent with %i', async (count, units) => {
    const groupId = await startGroup();
    await sendToGroup(context, groupId, { userId, text: TEXT });
    const ids = await uploads(count);
    const send = { userId, text: TEXT, attachmentIds: ids };
    const sent = await expectUnits(`send with ${count}`, units, () => sendToGroup(context, groupId, send));
    const fileId = ids[0] ?? '';
    const place = { groupId, seq: sent.seq, userId };
    await expectUnits(`download one of ${count}`, { W: 0, R: 2 }, () =>
      signDownload(context, { ...place, fileId }),
    );
    await expectUnits(`delete with ${count}`, { W: count === 1 ? 1 : 2, R: 1 }, () =>
      deleteMessage(context, place),
    );
  });

  it('cost 2 W each more when a direct group is opened with them', async () => {
    await addPerson(context, 'peer');
    const attachmentIds = await uploads(2);
    await expectUnits('open a direct group with 2', { W: 14 + 2 * 2, R: 2 + 2 }, () =>
      sendToHandle(context, 'peer', { userId, text: TEXT, attachmentIds }),
    );
  });

  it('are read with their messages: 1 R for 4 KB', async () => {
    const groupId = await startGroup();
    for (const seq of upTo(50)) {
      const attachmentIds = await uploads(MAX_ATTACHMENTS);
      await sendToGroup(context, groupId, { userId, text: `${seq}`, attachmentIds });
    }
    const list = () => listMessages(context, { groupId, userId, position: { at: 'end' }, limit: 50 });
    await list();
    await expectUnits('50 messages with 10 files each', { W: 0, R: 4 + 22 }, list);
  });
});
