import { describe, expect, it } from '@jest/globals';
import {
  DependencyTimeoutException,
  DisabledException,
  InvalidCiphertextException,
  KMSInvalidStateException,
  NotFoundException,
} from '@aws-sdk/client-kms';
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import fc from 'fast-check';
import { TextKeysUnavailableError } from '../../backend/errors.ts';
import { messageText } from '../../backend/http/fields.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import { summaryOf } from '../../backend/table/items.ts';
import { NO_ENCRYPTION, UNREADABLE_TEXT } from '../../backend/table/encryption/text-encryption.ts';
import { previewOf } from '../../schema/preview.ts';
import { eventually } from '../support/eventually.ts';
import { logEntry, newGroupId } from '../support/factories.ts';
import { createFakeKms, KMS_KEY, OTHER_KMS_KEY } from '../support/fake-kms.ts';
import { upTo } from '../support/scene.ts';
import { kmsKey, localKey, openMessage, openSummary, sealedTexts, sealMessage } from '../support/sealed.ts';

const LONG = 'A text of more than a hundred code points, '.repeat(5);

function bytesOf(text: unknown): Uint8Array {
  if (!(text instanceof Uint8Array)) throw new TypeError('it is not sealed');
  return text;
}

/** A summary that shows a message, as the stream makes it. */
function summaryOfGroup(message: LogEntry, groupId: string) {
  return { ...summaryOf(message), groupId };
}

describe('a sealed text', () => {
  const anyText = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 1_024 })
    .filter((text) => messageText(1_024).safeParse(text).success);

  it('is opened as what it was, whatever text the API takes; and so is its preview', async () => {
    const [here, elsewhere] = [sealedTexts(), sealedTexts()];
    await fc.assert(
      fc.asyncProperty(anyText, fc.integer({ min: 1, max: 1_000_000 }), async (text, seq) => {
        const groupId = newGroupId();
        const item = logEntry({ groupId, seq, message: text });
        const sealed = await sealMessage(here, item);
        expect(sealed.message).toBeInstanceOf(Uint8Array);
        const { message } = await openMessage(elsewhere, sealed);
        expect(message).toBe(text);
        expect(await openSummary(elsewhere, summaryOfGroup(sealed, groupId))).toMatchObject({
          preview: previewOf(item),
        });
      }),
      { numRuns: 150 },
    );
  });

  it('shows nothing of itself, twice sealed it is another one, and it is no longer than it has to be', async () => {
    const texts = sealedTexts({ keys: [kmsKey] });
    const item = logEntry({ groupId: newGroupId(), message: LONG });
    const [one, other] = [await sealMessage(texts, item), await sealMessage(texts, item)];
    expect(Buffer.from(bytesOf(one.message)).includes('text of')).toBe(false);
    expect(Buffer.from(bytesOf(one.preview)).includes('text of')).toBe(false);
    expect(one.message).not.toEqual(other.message);
    // The format, the data key as KMS wraps it with its ARN, and the place.
    expect(bytesOf(one.message).length - LONG.length).toBeLessThanOrEqual(460);
  });

  it('has a preview beside it only where it is too long for a row', async () => {
    const texts = sealedTexts();
    const seal = (message: string) => sealMessage(texts, logEntry({ groupId: newGroupId(), message }));
    expect(await seal('😀'.repeat(100))).not.toHaveProperty('preview');
    expect(await seal('x'.repeat(160))).not.toHaveProperty('preview');
    expect(await seal('😀'.repeat(101))).toHaveProperty('preview');
    expect(await seal('x'.repeat(161))).toHaveProperty('preview');
  });

  it.each(['message', 'preview'] as const)('opens nowhere else: its %s', async (part) => {
    const logLines: string[] = [];
    const [texts, reader] = [sealedTexts(), sealedTexts({ logLines })];
    const groupId = newGroupId();
    const item = await sealMessage(texts, logEntry({ groupId, seq: 7, user_uuid: 'ada', message: LONG }));
    const sealed = bytesOf(item[part]);
    const elsewhere = {
      'another group': { ...item, groupId: newGroupId() },
      'another message': { ...item, seq: 8 },
      'another author': { ...item, user_uuid: 'grace' },
    };
    for (const [where, place] of Object.entries(elsewhere)) {
      const opened = await openMessage(reader, { ...place, message: sealed });
      expect([where, opened.message, opened.unreadable]).toEqual([where, UNREADABLE_TEXT, true]);
      const row = {
        ...summaryOfGroup(item, groupId),
        groupId: place.groupId,
        last_seq: place.seq,
        last_by: place.user_uuid,
      };
      expect(await openSummary(reader, { ...row, preview: sealed })).toMatchObject({ unreadable: true });
    }
    // A preview is not the message.
    const asMessage = await openMessage(reader, { ...item, message: sealed });
    expect(asMessage.unreadable).toBe(part === 'preview' ? true : undefined);
    expect(logLines.join('')).toContain('encrypted for another message');
    expect(logLines.join('')).not.toContain('hundred');
  });

  it('that was changed by as much as a bit anywhere is not opened', async () => {
    const [texts, reader] = [sealedTexts(), sealedTexts()];
    const item = await sealMessage(texts, logEntry({ groupId: newGroupId(), message: 'Hi' }));
    const sealed = bytesOf(item.message);
    for (const place of upTo(sealed.length)) {
      const changed = new Uint8Array(sealed);
      changed[place - 1] = (changed[place - 1] ?? 0) ^ 1;
      const opened = await openMessage(reader, { ...item, message: changed });
      expect([place, opened.message]).toEqual([place, UNREADABLE_TEXT]);
    }
    for (const length of [0, 1, sealed.length - 1]) {
      const cut = await openMessage(reader, { ...item, message: sealed.slice(0, length) });
      expect(cut.unreadable).toBe(true);
    }
  });

  it('opens with its key alone, be that the first one or another', async () => {
    const old = sealedTexts({ keys: [localKey('old')] });
    const item = await sealMessage(old, logEntry({ groupId: newGroupId(), message: 'Hi' }));
    const opened = async (...keys: [ReturnType<typeof localKey>, ...ReturnType<typeof localKey>[]]) =>
      (await openMessage(sealedTexts({ keys }), item)).message;
    expect(await opened(localKey('new'))).toBe(UNREADABLE_TEXT);
    expect(await opened(localKey('new'), localKey('old'))).toBe('Hi');
    expect(await opened(kmsKey, localKey('old'))).toBe('Hi');
    // A key is used up by nobody: the same one serves again.
    const [kept, again] = [localKey('old'), localKey('new')] as const;
    expect([await opened(again, kept), await opened(again, kept)]).toEqual(['Hi', 'Hi']);
    const impostor = { ...localKey('new'), name: 'old' };
    expect(await opened(impostor)).toBe(UNREADABLE_TEXT);
  });

  it('that was sealed with the same key for another purpose is none', async () => {
    const key = localKey('shared');
    if (key.kind !== 'local') throw new TypeError('it is a local one');
    const keyring = new RawAesKeyringNode({
      keyNamespace: 'cruddur',
      keyName: key.name,
      unencryptedMasterKey: new Uint8Array(key.key),
      wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
    });
    const { encrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
    const logLines: string[] = [];
    const opened = async (purpose: string) => {
      const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY;
      const { result } = await encrypt(keyring, 'Hello', { suiteId, encryptionContext: { purpose } });
      const item = logEntry({ groupId: newGroupId(), message: new Uint8Array(result) });
      return openMessage(sealedTexts({ keys: [key], logLines }), item);
    };
    expect((await opened('cookies')).unreadable).toBe(true);
    expect(logLines.join('')).toContain('encrypted for another purpose');
    // With ours it is found out by its place.
    expect((await opened('cruddur-message-text')).unreadable).toBe(true);
    expect(logLines.join('')).toContain('encrypted for another message');
  });

  it('stays sealed for whoever has no key, who reads every other text', async () => {
    const groupId = newGroupId();
    const sealed = await sealMessage(sealedTexts(), logEntry({ groupId, message: 'Hi' }));
    const plain = logEntry({ groupId, seq: 2, message: 'Hello' });
    expect(await NO_ENCRYPTION.decryptMessages([sealed, plain])).toMatchObject([
      { message: UNREADABLE_TEXT, unreadable: true },
      { message: 'Hello' },
    ]);
  });
});

describe('where texts are opened but not sealed', () => {
  it('new ones are stored as they are', async () => {
    const item = logEntry({ groupId: newGroupId(), message: LONG });
    expect(await sealMessage(sealedTexts({ seals: false }), item)).toEqual(item);
  });
});

describe('KMS', () => {
  const page = (groupId: string) => upTo(50).map((seq) => logEntry({ groupId, seq, message: `text ${seq}` }));

  it('is asked once for 1,000 texts of many conversations, and once for a page of 50, all at once', async () => {
    const kms = createFakeKms();
    const parts = { keys: [kmsKey] as const, kms };
    const [writer, reader] = [
      sealedTexts({ ...parts, keys: [kmsKey] }),
      sealedTexts({ ...parts, keys: [kmsKey] }),
    ];
    const groups = upTo(20).map(newGroupId);
    const items = groups.flatMap(page);
    // At once, as a process that has just started meets them, and one after the other.
    const sealed = await Promise.all(items.slice(0, 500).map((item) => sealMessage(writer, item)));
    for (const item of items.slice(500)) sealed.push(await sealMessage(writer, item));
    expect(kms.calls).toEqual({ generateDataKey: 1, decrypt: 0 });
    const opened = await reader.decryptMessages(sealed.slice(0, 50));
    expect(opened.map(({ message }) => message)).toEqual(items.slice(0, 50).map(({ message }) => message));
    expect(kms.calls).toEqual({ generateDataKey: 1, decrypt: 1 });
    await reader.decryptMessages(sealed);
    expect(kms.calls).toEqual({ generateDataKey: 1, decrypt: 1 });
    // What it sealed itself, a process need not ask for.
    await writer.decryptMessages(sealed);
    expect(kms.calls.decrypt).toBe(1);
    expect([...kms.contexts]).toEqual(['{"purpose":"cruddur-message-text"}']);
  });

  it('is asked anew once a data key is too old, to seal and to open', async () => {
    const kms = createFakeKms();
    const [writer, reader] = upTo(2).map(() => sealedTexts({ keys: [kmsKey], kms, dataKeyLifeMs: 1 }));
    if (!writer || !reader) throw new Error('there are two');
    const item = logEntry({ groupId: newGroupId(), message: 'Hi' });
    await eventually(async () => {
      await openMessage(reader, await sealMessage(writer, item));
      expect(kms.calls.generateDataKey).toBeGreaterThan(1);
      expect(kms.calls.decrypt).toBeGreaterThan(1);
    });
  });

  it.each([
    ['is away', new Error('connect ETIMEDOUT')],
    ['has no time', new DependencyTimeoutException({ message: 'later', $metadata: {} })],
    ['does not let this role', Object.assign(new Error('no'), { name: 'AccessDeniedException' })],
  ])('that %s is a failure that passes, for who seals and for who opens', async (_what, failure) => {
    const kms = createFakeKms();
    const item = logEntry({ groupId: newGroupId(), message: 'Hi' });
    const sealed = await sealMessage(sealedTexts({ keys: [kmsKey], kms }), item);
    const [texts, logLines] = [sealedTexts({ keys: [kmsKey], kms }), [] as string[]];
    kms.failure = failure;
    await expect(sealMessage(texts, item)).rejects.toThrow(TextKeysUnavailableError);
    await expect(openMessage(texts, sealed)).rejects.toThrow(TextKeysUnavailableError);
    kms.failure = undefined;
    expect((await openMessage(texts, sealed)).message).toBe('Hi');
    expect((await sealMessage(texts, item)).message).toBeInstanceOf(Uint8Array);
    expect(logLines).toEqual([]);
  });

  it.each([
    new DisabledException({ message: 'disabled', $metadata: {} }),
    new KMSInvalidStateException({ message: 'pending deletion', $metadata: {} }),
    new NotFoundException({ message: 'gone', $metadata: {} }),
    new InvalidCiphertextException({ message: 'not mine', $metadata: {} }),
  ])('that says $name takes one text away, and not the page', async (failure) => {
    const kms = createFakeKms();
    const groupId = newGroupId();
    const gone = await sealMessage(
      sealedTexts({ keys: [kmsKey], kms }),
      logEntry({ groupId, message: 'Hi' }),
    );
    const texts = sealedTexts({ keys: [localKey(), kmsKey], kms });
    const there = await sealMessage(texts, logEntry({ groupId, seq: 2, message: 'Hello' }));
    kms.failure = failure;
    expect(await texts.decryptMessages([gone, there])).toMatchObject([
      { unreadable: true },
      { message: 'Hello' },
    ]);
    // A new text cannot be sealed with it, and that is no answer for ever: somebody can set another key.
    const stopped = sealedTexts({ keys: [kmsKey], kms });
    await expect(sealMessage(stopped, logEntry({ groupId }))).rejects.toThrow(TextKeysUnavailableError);
  });

  it('is not asked of a key that is none of ours', async () => {
    const kms = createFakeKms();
    const item = logEntry({ groupId: newGroupId(), message: 'Hi' });
    const sealed = await sealMessage(sealedTexts({ keys: [kmsKey], kms }), item);
    const other = sealedTexts({ keys: [{ kind: 'kms', arn: OTHER_KMS_KEY }], kms });
    expect((await openMessage(other, sealed)).unreadable).toBe(true);
    expect(kms.calls.decrypt).toBe(0);
    expect(KMS_KEY).not.toBe(OTHER_KMS_KEY);
  });
});
