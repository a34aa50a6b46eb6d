import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { webSettings } from '../../backend/http/web-files.ts';
import type { Device } from './device.ts';
import { OidcIssuer } from './oidc-issuer.ts';
import { useOwnApi } from './own-api.ts';
import type { Person } from './people.ts';
import { type Scene, useScreens } from './screens.ts';

/** Console messages for an unavailable issuer. */
const GONE = /net::ERR_|Failed to load resource/;
/** Its messages for rejected requests. */
const REFUSED = /Failed to load resource|^40[01] /;

let issuer: OidcIssuer;
const api = useOwnApi(async () => {
  issuer = await OidcIssuer.start();
  const oidc = { issuer: issuer.url, audience: issuer.clientId, jwksUri: `${issuer.url}/jwks` };
  return { settings: webSettings({ oidc }), sources: { oidc } };
});
const stage = useScreens(() => api().port);

beforeAll(() => issuer.register(`http://localhost:${api().port}`));
beforeEach(() => {
  issuer.denies = false;
  issuer.away = false;
  issuer.renewals = 0;
  issuer.signIns = 0;
});
afterAll(() => issuer.stop());

const signInButton = (device: Device) => device.page.getByRole('button', { name: 'Sign in' });
const reason = (device: Device) => device.page.getByRole('status');

/** Signs in at the issuer, in a window whose clock the test can advance. */
async function signIn(scene: Scene, person: Person): Promise<Device> {
  const device = await scene.openWindow(person);
  await device.context.clock.install();
  issuer.user = person.uuid;
  await device.page.goto('/');
  await signInButton(device).click();
  await device.isLive();
  return device;
}

/** Sleeps like a laptop for the lifetime of an access token: due timers run once, and connections are dead. */
const sleepLong = (device: Device) => device.context.clock.fastForward('02:00:00');

/** Ada has a conversation with Grace, and is signed in. */
async function adaAtHerDesk(
  scene: Scene,
): Promise<{ adas: Device; grace: Person; ada: Person; group: string }> {
  const [ada, grace] = await Promise.all([api().newPerson('Ada'), api().newPerson('Grace')]);
  const group = await scene.people.send(grace, ada, 'Hello');
  const adas = await signIn(scene, ada);
  return { adas, ada, grace, group };
}

describe('signed in at an OpenID Connect issuer', () => {
  it(
    'a user whose token expired while the issuer is unavailable stays signed in, and goes on when it is back',
    stage(async (scene) => {
      const { adas, grace, group } = await adaAtHerDesk(scene);
      await adas.watch.tolerating(GONE, async () => {
        issuer.away = true;
        const failed = countFailures(adas);
        await sleepLong(adas);
        // For some seconds it is tried repeatedly.
        await adas.eventually(async () => expect(await failed()).toBeGreaterThan(3));
        await adas.isOffline();
        await scene.people.sendToGroup(grace, group, 'While you were away');
        issuer.away = false;
        await adas.isLive();
      });
      await adas.open('Grace');
      await adas.sees('While you were away');
      await adas.send('Still here');
      await adas.sees('Still here');
      expect(issuer.renewals).toBe(1);
      expect(issuer.signIns).toBe(1);
    }),
  );

  it(
    'a user who loads the page meanwhile only has to wait',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      await adas.watch.tolerating(GONE, async () => {
        issuer.away = true;
        await sleepLong(adas);
        await adas.page.reload();
        await reason(adas).getByText('Connecting…').waitFor();
        issuer.away = false;
        await adas.isLive();
      });
      expect(issuer.signIns).toBe(1);
    }),
  );

  it(
    'requests that find an expired token at the same time share one renewal',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      const release = issuer.holdTokens();
      await sleepLong(adas);
      // The stream reconnects, and a conversation and its messages are fetched.
      await adas.row('Grace').click();
      await adas.isOffline();
      release();
      await adas.isLive();
      await adas.sees('Hello');
      expect(issuer.renewals).toBe(1);
    }),
  );

  it(
    'tabs of one browser with the same session renew it once, and both go on',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      const [page] = await Promise.all([
        adas.context.waitForEvent('page'),
        adas.page.evaluate(() => void window.open('/')),
      ]);
      const other = scene.watchTab(adas.person, page);
      await other.isLive();
      const release = issuer.holdTokens();
      await sleepLong(adas);
      // Each of them needs a token for this.
      for (const device of [adas, other]) await device.row('Grace').click();
      await Promise.all([adas.isOffline(), other.isOffline()]);
      release();
      for (const device of [adas, other]) await device.isLive();
      await adas.open('Grace');
      await other.open('Grace');
      await adas.send('From one tab');
      await other.sees('From one tab');
      expect(issuer.renewals).toBe(1);
      // And the next one, with the refresh token that one of them got.
      await sleepLong(adas);
      await adas.send('Later');
      await other.sees('Later');
      await Promise.all([adas.isLive(), other.isLive()]);
      expect(issuer.renewals).toBe(2);
      expect(issuer.signIns).toBe(1);
      // Signing out in one of them signs out the other.
      await signOut(adas);
      await other.page.reload();
      await signInButton(other).waitFor();
    }),
  );

  it(
    'a single 401 leads to one renewal and one retry',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      await adas.page.route(
        '**/api/messages/**',
        (route) => route.fulfill({ status: 401, json: ['token_invalid'] }),
        {
          times: 1,
        },
      );
      await adas.watch.tolerating(REFUSED, () => adas.open('Grace'));
      await adas.sees('Hello');
      expect(issuer.renewals).toBe(1);
    }),
  );

  it(
    'a 401 for the event stream also leads to one renewal',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      await adas.page.route(
        '**/api/events',
        (route) => route.fulfill({ status: 401, json: ['token_invalid'] }),
        {
          times: 1,
        },
      );
      await adas.watch.tolerating(REFUSED, async () => {
        const refused = adas.page.waitForResponse((response) => response.status() === 401);
        await adas.page.reload();
        await refused;
        await adas.isLive();
      });
      expect(issuer.renewals).toBe(1);
    }),
  );

  it(
    'a user whose new token is rejected, too, sees the sign-in screen, after one renewal',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      await adas.page.route('**/api/**', (route) => route.fulfill({ status: 401, json: ['token_invalid'] }));
      await adas.watch.tolerating(REFUSED, async () => {
        await adas.row('Grace').click();
        await reason(adas).getByText('You were signed out').waitFor();
      });
      expect(issuer.renewals).toBe(1);
    }),
  );

  it(
    'a user whose session the issuer has ended sees the sign-in screen, with the reason',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      issuer.revokeAll();
      await adas.watch.tolerating(REFUSED, async () => {
        await sleepLong(adas);
        await reason(adas).getByText('You were signed out').waitFor();
      });
      await signInButton(adas).click();
      await adas.isLive();
      expect(issuer.signIns).toBe(2);
    }),
  );

  it(
    'a session survives a reload, and a change of the issuer’s keys',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      await adas.open('Grace');
      await issuer.rotateKeys();
      // Until the API has fetched the new key, it cannot decide about the new token.
      await adas.watch.tolerating(/^503 |Failed to load resource/, async () => {
        await sleepLong(adas);
        await adas.send('With the new key');
        await adas.sees('With the new key');
        await adas.isLive();
      });
      await adas.page.reload();
      await adas.isLive();
      await adas.sees('With the new key');
      expect(issuer.renewals).toBe(1);
    }),
  );

  it(
    'tokens of a closed tab are removed after a day, those of an open tab are not',
    stage(async (scene) => {
      const { adas, ada } = await adaAtHerDesk(scene);
      const closed = await scene.openTab(ada, adas);
      await closed.page.goto('/');
      await signInButton(closed).click();
      await closed.isLive();
      expect(await keptIn(adas)).toMatchObject({ tokens: 2 });
      await closed.page.close();
      await adas.page.reload();
      await adas.isLive();
      expect(await keptIn(adas)).toMatchObject({ tokens: 2 });
      // Without running timers: the reload would interrupt a renewal that they started.
      await adas.context.clock.setSystemTime(Date.now() + 25 * 60 * 60 * 1_000);
      await adas.page.reload();
      await adas.isLive();
      await adas.eventually(async () => expect(await keptIn(adas)).toMatchObject({ tokens: 1 }));
      expect(issuer.signIns).toBe(1);
    }),
  );

  it(
    'signing out revokes the refresh token, ends the session at the issuer, and leaves nothing in the tab',
    stage(async (scene) => {
      const { adas } = await adaAtHerDesk(scene);
      const { refreshToken } = issuer;
      expect(issuer.isRefreshable(refreshToken)).toBe(true);
      await signOut(adas);
      expect(issuer.isRefreshable(refreshToken)).toBe(false);
      expect(await keptIn(adas)).toEqual({ tab: [], tokens: 0 });
      await signInButton(adas).click();
      await adas.isLive();
      expect(issuer.signIns).toBe(2);
    }),
  );
});

describe('back from the issuer', () => {
  const answers: [string, RegExp][] = [
    ['/signed-in?error=access_denied', /cancelled or denied/],
    ['/signed-in?error=server_error&state=unknown', /not possible right now/],
    ['/signed-in?error=%3Cb%3E', /sign-in failed/],
    ['/signed-in?code=used&state=used', /expired or was already used/],
    ['/signed-in', /expired or was already used/],
  ];

  it.each(answers)('%s leads to the sign-in screen, with a sentence for the reason', (path, words) =>
    stage(async (scene) => {
      const device = await scene.openWindow(await api().newPerson('Ada'));
      await device.page.goto(path);
      await reason(device).getByText(words).waitFor();
      await signInButton(device).waitFor();
      expect(new URL(device.page.url()).pathname).toBe('/');
    })(),
  );

  it(
    'a user who cancelled there can sign in afterwards',
    stage(async (scene) => {
      const ada = await api().newPerson('Ada');
      const device = await scene.openWindow(ada);
      issuer.user = ada.uuid;
      issuer.denies = true;
      await device.page.goto('/');
      await signInButton(device).click();
      await reason(device)
        .getByText(/cancelled/)
        .waitFor();
      issuer.denies = false;
      await signInButton(device).click();
      await device.isLive();
    }),
  );

  it(
    'a rejected code, and an issuer that is unavailable before or after its page, are reasons on the sign-in screen',
    stage(async (scene) => {
      const ada = await api().newPerson('Ada');
      const device = await scene.openWindow(ada);
      issuer.user = ada.uuid;
      await device.watch.tolerating(/net::ERR_|Failed to load resource|^400 /, async () => {
        await device.page.goto('/');
        issuer.away = true;
        await signInButton(device).click();
        await reason(device)
          .getByText(/cannot be reached/)
          .waitFor();
        issuer.away = false;
        const tokens = `${issuer.url}/token`;
        await device.page.route(tokens, (route) => route.abort('connectionrefused'), { times: 1 });
        const failed = device.page.waitForEvent('requestfailed', (request) => request.url() === tokens);
        await signInButton(device).click();
        await failed;
        await reason(device)
          .getByText(/cannot be reached/)
          .waitFor();
        const release = issuer.holdTokens();
        const asked = device.page.waitForRequest(tokens);
        await signInButton(device).click();
        await asked;
        issuer.revokeAll();
        release();
        await reason(device)
          .getByText(/expired or was already used/)
          .waitFor();
      });
      await signInButton(device).click();
      await device.isLive();
    }),
  );
});

async function signOut(device: Device): Promise<void> {
  await device.page.getByRole('button', { name: /Signed in as/ }).click();
  await device.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await device.page.waitForURL(`${issuer.url}/**`);
  await device.page.getByRole('button', { name: 'Sign out' }).click();
  await signInButton(device).waitFor();
}

/** Counts the requests of a page to the issuer that fail from now on. */
function countFailures({ page }: Device): () => Promise<number> {
  let failures = 0;
  page.on('requestfailed', (request) => {
    if (request.url().startsWith(issuer.url)) failures += 1;
  });
  return () => Promise.resolve(failures);
}

/** What a tab and its browser store of a session. */
function keptIn(device: Device): Promise<{ tab: string[]; tokens: number }> {
  return device.page.evaluate(async () => {
    const tokens = await new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open('cruddur-sessions');
      opening.onerror = reject;
      opening.onsuccess = () => {
        const counting = opening.result.transaction('tokens').objectStore('tokens').count();
        counting.onsuccess = () => resolve(counting.result);
        counting.onerror = reject;
      };
    });
    return { tab: Object.keys(sessionStorage), tokens };
  });
}
