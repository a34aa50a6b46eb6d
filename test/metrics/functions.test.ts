import type { DynamoDBStreamEvent, PostConfirmationTriggerEvent } from 'aws-lambda';
import { describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { readTextConfig } from '../../backend/config.ts';
import { TextKeysUnavailableError } from '../../backend/errors.ts';
import { createLogger } from '../../backend/logger.ts';
import { NO_RECORDER } from '../../backend/metrics/recorder.ts';
import { openEncryption } from '../../backend/table/encryption/open-encryption.ts';
import { ProfileStore } from '../../backend/table/profile-store.ts';
import { createHandler as createProfileHandler } from '../../lambdas/create-profile/handler.ts';
import { observeFunction } from '../../lambdas/observe.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import {
  edited,
  messageItem,
  newDirectId,
  newUserId,
  streamEvent,
  streamRecord,
} from '../support/factories.ts';
import { KMS_KEY } from '../support/fake-kms.ts';
import { addDirectGroup } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
const logger = createLogger('silent');

function observe() {
  const lines: string[] = [];
  const { observer, flushing } = observeFunction('a-table', (line) => lines.push(line));
  return {
    observer,
    flushing,
    values: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('the stream’s function', () => {
  it('has written how late the summaries are of each new message and each edit when it returns', async () => {
    const { observer, flushing, values } = observe();
    const userIds = [newUserId(), newUserId()] as const;
    const { groupId } = await addDirectGroup(db().table, { userIds });
    const handle = flushing(
      createHandler({ ...db().newContext(), observer, logger, failures: () => Promise.resolve() }),
    );
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
    const message = messageItem({ groupId, user_uuid: userIds[0], created_at: ago(2) });
    const event: DynamoDBStreamEvent = streamEvent([
      streamRecord(message),
      streamRecord({ ...edited(message, 'Other'), edited_at: ago(1) }),
      // Loaded with its own time: nothing on the stream is older than a day.
      streamRecord(
        messageItem({ groupId, seq: 2, user_uuid: userIds[1], created_at: '2020-01-01T00:00:00.000Z' }),
      ),
    ]);
    await handle(event);
    const lags = values().flatMap(({ SummaryLag = [] }) => SummaryLag as number[]);
    expect(lags.map((lag) => Math.floor(lag / 1_000))).toEqual([2, 1]);
  });
});

describe('the function of a sign-up', () => {
  it('counts a user who got no profile, though it reports no error', async () => {
    const { observer, flushing, values } = observe();
    const handle = flushing(
      createProfileHandler({
        profiles: new ProfileStore(db().table),
        clock: () => new Date(),
        newId: () => 'an-id',
        logger,
        recorder: observer.recorder,
      }),
    );
    const event = { triggerSource: 'unknown' } as unknown as PostConfirmationTriggerEvent;
    expect(await handle(event)).toBe(event);
    expect(values()).toEqual([expect.objectContaining({ Table: 'a-table', ProfilesNotWritten: 1 })]);
  });
});

describe('the encryption of texts', () => {
  it('counts calls of KMS that fail', async () => {
    process.env['AWS_ENDPOINT_URL_KMS'] = `http://127.0.0.1:${await getPort()}`;
    let failed = 0;
    const recorder = {
      ...NO_RECORDER,
      record: (metric: string) => void (failed += Number(metric === 'keyFailures')),
    };
    const encryption = await openEncryption(readTextConfig({ TEXT_ENCRYPTION: 'on', TEXT_KEYS: KMS_KEY }), {
      logger,
      recorder,
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });
    const location = { groupId: newDirectId(), seq: 1, user_uuid: newUserId() };
    await expect(encryption.encrypt(location, 'A text')).rejects.toThrow(TextKeysUnavailableError);
    expect(failed).toBe(1);
  });
});
