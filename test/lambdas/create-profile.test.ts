import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { PostConfirmationTriggerEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import { displayName } from '../../backend/http/fields.ts';
import { createLogger } from '../../backend/logger.ts';
import { ProfileStore } from '../../backend/table/profile-store.ts';
import { createHandler, type HandlerParts } from '../../lambdas/create-profile/handler.ts';
import { suggestProfile } from '../../lambdas/create-profile/suggest-profile.ts';
import { HANDLE_PATTERN } from '../../schema/handles.ts';
import { newUserId, timeOf } from '../support/factories.ts';
import { asTableUser } from '../support/recorded-calls.ts';
import { addPerson } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
const logLines: string[] = [];
afterEach(() => {
  logLines.length = 0;
});

const NOW = new Date('2026-01-02T03:04:05.678Z');

function handler(
  profiles = new ProfileStore(db().table),
  newId = ulid,
  { deadlineMs = 10_000, ...values }: Partial<HandlerParts> = {},
) {
  const logger = createLogger('info', { write: (line) => void logLines.push(line) });
  const handle = createHandler({ profiles, clock: () => NOW, newId, logger, deadlineMs, ...values });
  return (event: PostConfirmationTriggerEvent) => asTableUser('create-profile', () => handle(event));
}

/** The event as Cognito hands it over after a sign-up. */
function confirmation(
  attributes: Record<string, string>,
  triggerSource: PostConfirmationTriggerEvent['triggerSource'] = 'PostConfirmation_ConfirmSignUp',
): PostConfirmationTriggerEvent {
  return {
    version: '1',
    region: 'eu-west-1',
    userPoolId: 'eu-west-1_AbCdEfGhI',
    userName: attributes['sub'] ?? '',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
    triggerSource,
    request: {
      userAttributes: { email_verified: 'true', 'cognito:user_status': 'CONFIRMED', ...attributes },
    },
    response: {},
  };
}

/** The same event with attributes that no user pool of ours has. */
const withAttributes = (attributes: Record<string, unknown>) =>
  confirmation(attributes as Record<string, string>);

const profileOf = (userId: string) => new ProfileStore(db().table).find(userId);

describe('after a sign-up', () => {
  it('the profile is written with the handle that was asked for, and the event is handed back', async () => {
    const sub = newUserId();
    const event = confirmation({
      sub,
      preferred_username: 'Ada.L',
      name: 'Ada Lovelace',
      email: 'a@b.example',
    });
    expect(await handler()(event)).toBe(event);
    expect(await profileOf(sub)).toMatchObject({
      handle: 'ada.l',
      display_name: 'Ada Lovelace',
      created_at: NOW.toISOString(),
    });
    const claim = await db().newContext().profiles.findByHandle('ada.l', 'strong');
    expect(claim).toMatchObject({ userId: sub, display_name: 'Ada Lovelace' });
  });

  it('a handle that is taken gets a suffix, and stays with whoever has it', async () => {
    const first = await addPerson(db().newContext(), 'grace');
    const sub = newUserId();
    await handler()(confirmation({ sub, preferred_username: 'grace', email: 'g@b.example' }));
    expect((await profileOf(sub))?.handle).toMatch(/^grace-[a-z0-9]{4}$/);
    expect((await profileOf(first))?.handle).toBe('grace');
  });

  it('a handle as long as can be has room for its suffix', async () => {
    const long = 'a'.repeat(30);
    await addPerson(db().newContext(), long);
    const sub = newUserId();
    await handler()(confirmation({ sub, preferred_username: long }));
    expect((await profileOf(sub))?.handle).toMatch(/^a{25}-[a-z0-9]{4}$/);
  });

  it('a suffix that is taken too is followed by another', async () => {
    await addPerson(db().newContext(), 'mary');
    await addPerson(db().newContext(), 'mary-aaaa');
    const sub = newUserId();
    const ids = ['AAAA', 'BBBB'];
    await handler(undefined, () => ids.shift() ?? 'none')(confirmation({ sub, preferred_username: 'mary' }));
    expect((await profileOf(sub))?.handle).toBe('mary-bbbb');
  });

  it('two events at once make one profile', async () => {
    const sub = newUserId();
    const event = confirmation({ sub, preferred_username: 'twice' });
    await Promise.all([handler()(event), handler()(event)]);
    expect((await profileOf(sub))?.handle).toBe('twice');
    expect(await db().newContext().profiles.findByPrefix('twice', 10)).toHaveLength(1);
  });
});

describe('with a prefix for the pool’s user ids', () => {
  it('the profile is written for the user id that the API takes from a token', async () => {
    const sub = newUserId();
    await handler(undefined, ulid, { userIdPrefix: 'cognito:' })(confirmation({ sub, name: 'Prefixed' }));
    expect(await profileOf(`cognito:${sub}`)).toMatchObject({ display_name: 'Prefixed' });
    expect(await profileOf(sub)).toBeUndefined();
  });
});

describe('a profile that is there', () => {
  it('is left as it is, after a password reset too', async () => {
    const sub = newUserId();
    const event = confirmation({ sub, preferred_username: 'alan' });
    await handler()(event);
    await new ProfileStore(db().table).save(
      { userId: sub, handle: 'turing', display_name: 'Alan T.', created_at: NOW.toISOString() },
      await profileOf(sub),
    );
    await handler()(
      confirmation({ sub, preferred_username: 'alan' }, 'PostConfirmation_ConfirmForgotPassword'),
    );
    await handler()(event);
    expect(await profileOf(sub)).toMatchObject({ handle: 'turing', display_name: 'Alan T.' });
  });

  it('is left as it is though it came between the look and the write', async () => {
    const sub = newUserId();
    const profiles = new ProfileStore(db().table);
    const look = jest.spyOn(profiles, 'find').mockImplementationOnce(async () => {
      await profiles.save(
        { userId: sub, handle: 'her-own', display_name: 'Hers', created_at: timeOf(1) },
        undefined,
      );
      return undefined;
    });
    await handler(profiles)(confirmation({ sub, preferred_username: 'guessed' }));
    expect((await profileOf(sub))?.handle).toBe('her-own');
    expect(look).toHaveBeenCalledTimes(1);
  });
});

describe('what goes wrong', () => {
  it('is logged, and is never in the way of a sign-in', async () => {
    const gone = new ProfileStore(db().through('http://127.0.0.1:9'));
    const event = confirmation({
      sub: newUserId(),
      email: 'secret.name@example.com',
      name: 'Private Person',
    });
    expect(await handler(gone)(event)).toBe(event);
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({ level: 'error', msg: 'a profile was not written' });
    expect(logLines.join('')).not.toMatch(/secret\.name|Private Person/);
  });

  it('may be a table that does not answer, for which nobody waits long', async () => {
    const silent = new ProfileStore(db().table);
    jest.spyOn(silent, 'find').mockReturnValue(new Promise(() => undefined));
    const event = confirmation({ sub: newUserId(), preferred_username: 'patient' });
    expect(await handler(silent, ulid, { deadlineMs: 20 })(event)).toBe(event);
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({ err: { name: 'TimeoutError' } });
  });

  it('may be an event without a user', async () => {
    const event = confirmation({});
    expect(await handler()(event)).toBe(event);
    expect(logLines).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['an empty object', {}],
    ['an event without a request', { ...confirmation({}), request: undefined }],
    ['an event whose request is null', { ...confirmation({}), request: null }],
    ['an event without attributes', { ...confirmation({}), request: {} }],
    ['an event whose attributes are null', { ...confirmation({}), request: { userAttributes: null } }],
    ['an event whose attributes are a list', { ...confirmation({}), request: { userAttributes: [] } }],
    ['an event whose user id is a number', withAttributes({ sub: 7 })],
    ['an event whose user id is blank', withAttributes({ sub: '' })],
    ['an event whose user id is too long', withAttributes({ sub: 'x'.repeat(256) })],
    ['an event of no trigger', { ...withAttributes({ sub: newUserId() }), triggerSource: undefined }],
  ])('may be %s, which is handed back as it is', async (_what, event) => {
    expect(await handler()(event as PostConfirmationTriggerEvent)).toBe(event);
    expect(logLines).toHaveLength(1);
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({ level: 'error', msg: 'a profile was not written' });
  });

  it.each(['PreSignUp_SignUp', 'PostAuthentication_Authentication', 'TokenGeneration_Authentication'])(
    'may be an event of another trigger: after %s no profile is written',
    async (triggerSource) => {
      const sub = newUserId();
      const event = { ...withAttributes({ sub, name: 'Not Yet' }), triggerSource };
      expect(await handler()(event as PostConfirmationTriggerEvent)).toBe(event);
      expect(await profileOf(sub)).toBeUndefined();
      expect(logLines).toHaveLength(1);
    },
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['null', { preferred_username: null, name: null, email: null }, 'user'],
    ['of other types', { preferred_username: 7, name: {}, email: ['a@b.example'] }, 'user'],
    ['blank', { preferred_username: ' ', name: '\u200b', email: '@' }, 'user'],
    ['such that no handle can be made of them', { name: '李小龙', email: '李@example.com' }, 'user'],
    ['of other types but for one', { preferred_username: 7, name: 'Lone Name' }, 'lone-name'],
  ])(
    'may be attributes that are %s: the profile is written without them',
    async (_what, attributes, handle) => {
      const sub = newUserId();
      await handler()(withAttributes({ sub, ...attributes }));
      expect((await profileOf(sub))?.handle).toMatch(new RegExp(`^${handle}(-[a-z0-9]{4})?$`));
      expect(displayName.safeParse((await profileOf(sub))?.display_name).success).toBe(true);
    },
  );

  it('may be the function’s own settings, with which it starts all the same', async () => {
    jest.replaceProperty(process, 'env', { ...process.env, DDB_MESSAGE_TABLE: '#' });
    const { handler: started } = await import('../../lambdas/create-profile/index.ts');
    const event = confirmation({ sub: newUserId() });
    expect(await started(event)).toBe(event);
    jest.restoreAllMocks();
  });

  it('may be that every handle is taken', async () => {
    await addPerson(db().newContext(), 'lin');
    await addPerson(db().newContext(), 'lin-aaaa');
    const event = confirmation({ sub: newUserId(), preferred_username: 'lin' });
    expect(await handler(undefined, () => 'AAAA')(event)).toBe(event);
    expect(logLines[0]).toContain('no free handle');
  });
});

describe('a suggested profile', () => {
  it('publishes nothing of an e-mail address, neither as a handle nor as a name', () => {
    const address = 'private.person@example.com';
    for (const attributes of [
      { email: address },
      { email: address, name: address, preferred_username: address },
    ])
      expect(JSON.stringify(suggestProfile(attributes))).not.toMatch(/private|person|example/);
  });
});

describe('a suggested handle', () => {
  it.each([
    [{ preferred_username: ' Ada ' }, 'ada'],
    [{ preferred_username: 'ada lovelace' }, 'ada-lovelace'],
    [{ name: 'Zoë Müller', email: 'private@example.com' }, 'zoe-muller'],
    [{ name: '李小龙', email: 'bruce.lee+chat@example.com' }, 'user'],
    [{ email: 'private@example.com' }, 'user'],
    [{ preferred_username: 'ada', email: 'ada@example.com' }, 'ada'],
    [{ name: 'Private@Example.com ', email: 'private@example.com' }, 'user'],
    [{ preferred_username: 'private@example.com', email: 'private@example.com' }, 'user'],
    [{ name: '!', email: 'x@example.com' }, 'user'],
    [{ name: '..--__a b' }, 'a-b'],
    [{ name: 'long '.repeat(20) }, 'long-long-long-long-long-long'],
    [{}, 'user'],
  ])('of %j is %s', (attributes, handle) => {
    const suggested = suggestProfile(attributes);
    expect(suggested.handle).toBe(handle);
    expect(suggested.handle).toMatch(HANDLE_PATTERN);
  });

  it.each([
    'Ada',
    'é'.repeat(200),
    'a\u0000b\nc',
    '\u200b',
    ' ',
    `${'\u200b'.repeat(64)}a`,
    '\ud800x',
    '👩‍🚀'.repeat(40),
  ])('of the name %j comes with a name that the API would take', (name) => {
    const { display_name } = suggestProfile({ name });
    expect(displayName.parse(display_name)).toBe(display_name);
  });
});
