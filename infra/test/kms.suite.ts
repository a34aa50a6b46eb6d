import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KMS } from '@aws-sdk/client-kms';
import { TextKeysUnavailableError } from '../../backend/errors.ts';
import { createLogger } from '../../backend/logger.ts';
import { openEncryption } from '../../backend/table/encryption/open-encryption.ts';
import type { TextEncryption } from '../../backend/table/encryption/text-encryption.ts';
import { logEntry, newGroupId } from '../../test/support/factories.ts';
import { openMessage, sealMessage } from '../../test/support/sealed.ts';
import { pythonProgram } from './support/python.ts';
import { STAND_IN_CREDENTIALS, STAND_IN_REGION, type StandIn, startStandIn } from './support/stand-in.ts';

const describeDeployed = pythonProgram('moto_server') === undefined ? describe.skip : describe;

describeDeployed('texts that are encrypted with a key of KMS, with the SDK’s own client', () => {
  let standIn: StandIn;
  let kms: KMS;

  beforeAll(async () => {
    standIn = await startStandIn();
    process.env['AWS_ENDPOINT_URL_KMS'] = standIn.endpoint;
    kms = new KMS({ region: STAND_IN_REGION, credentials: STAND_IN_CREDENTIALS });
  });
  afterAll(async () => {
    kms.destroy();
    await standIn.stop();
  });

  /** The encryption of a process that has just started. */
  function textsWith(arn: string): Promise<TextEncryption> {
    const config = { encrypts: true, keys: [{ kind: 'kms' as const, arn }] as const };
    return openEncryption(config, { logger: createLogger('silent'), credentials: STAND_IN_CREDENTIALS });
  }

  it('are decrypted by another process, and by no other key; an unavailable KMS is a transient failure', async () => {
    const { KeyMetadata: { Arn: arn = '' } = {} } = await kms.createKey({});
    const item = logEntry({ groupId: newGroupId(), message: 'Hello 👋' });
    const sealed = await sealMessage(await textsWith(arn), item);
    expect(sealed.message).toBeInstanceOf(Uint8Array);
    expect(await openMessage(await textsWith(arn), sealed)).toEqual(item);
    // A key that KMS does not know: its texts cannot be decrypted, and a send says why it fails.
    const unknown = await textsWith(arn.replace(/[^/]*$/, '00000000-0000-4000-8000-000000000000'));
    expect(await openMessage(unknown, sealed)).toMatchObject({ unreadable: true });
    await expect(sealMessage(unknown, item)).rejects.toMatchObject({
      cause: expect.objectContaining({ name: 'NotFoundException' }),
    });
    await standIn.stop();
    await expect(openMessage(await textsWith(arn), sealed)).rejects.toThrow(TextKeysUnavailableError);
  });
});
