import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import * as z from 'zod';
import { webSettings } from '../../backend/http/web-files.ts';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { buildForTests, distIsCurrent } from '../support/built.ts';
import { type AppClient, CognitoStandIn } from './cognito-stand-in.ts';
import { useOwnApi } from './own-api.ts';
import { useScreens } from './screens.ts';

/** The deployment is synthesised from its sources, which takes about ten seconds of CPU time. */
const SYNTHESIS_TIMEOUT_MS = 180_000;

let pool: CognitoStandIn;
let allowed: AppClient;
const api = useOwnApi(async () => {
  pool = await CognitoStandIn.create();
  const cognito = { userPoolId: pool.userPoolId, clientId: pool.clientId };
  return {
    settings: webSettings({ cognito }),
    sources: { cognito },
    // They are requested at AWS's own address.
    fetchKeys: () => Promise.resolve(JSON.stringify(pool.jwks)),
  };
});
const stage = useScreens(() => api().port);

beforeAll(() => {
  allowed = readAppClient(`http://localhost:${api().port}`);
  pool.allow(allowed);
}, SYNTHESIS_TIMEOUT_MS);

it(
  'with exactly what the deployment’s app client allows, a user signs in at Cognito, chats, and signs out for good',
  stage(async ({ openWindow, people }) => {
    const [ada, grace] = await Promise.all([api().newPerson('Ada'), api().newPerson('Grace')]);
    await people.send(grace, ada, 'Hello');
    const adas = await openWindow(ada);
    await pool.attach(adas.context);
    pool.user = ada.uuid;
    await adas.page.goto('/');
    await adas.page.getByRole('button', { name: 'Sign in' }).click();
    await adas.page.getByRole('link', { name: 'Continue' }).click();
    await adas.isLive();
    await adas.open('Grace');
    await adas.send('From the cloud');
    await adas.sees('From the cloud');
    expect(pool.refreshTokens.size).toBe(1);

    await adas.page.getByRole('button', { name: /Signed in as/ }).click();
    await adas.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await adas.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await adas.page.waitForURL(allowed.logoutUrls[0] ?? '');
    expect({ session: pool.hasSession, tokens: pool.refreshTokens.size }).toEqual({
      session: false,
      tokens: 0,
    });
    // The next sign-in shows the sign-in page.
    await adas.page.getByRole('button', { name: 'Sign in' }).click();
    await adas.page.getByRole('link', { name: 'Continue' }).waitFor();
  }),
);

const template = z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });
const appClient = z.object({
  Properties: z.object({
    AllowedOAuthFlows: z.array(z.string()),
    AllowedOAuthScopes: z.array(z.string()),
    CallbackURLs: z.array(z.url()),
    LogoutURLs: z.array(z.url()),
  }),
});

/** What the deployment's app client allows, for screens at this origin. */
function readAppClient(origin: string): AppClient {
  const resources = Object.values(template.parse(synthesise()).Resources);
  const client = resources.find(({ Type }) => Type === 'AWS::Cognito::UserPoolClient');
  const { Properties } = appClient.parse(client);
  const at = (url: string) => url.replace(new URL(url).origin, origin);
  return {
    flows: Properties.AllowedOAuthFlows,
    scopes: Properties.AllowedOAuthScopes,
    callbackUrls: Properties.CallbackURLs.map(at),
    logoutUrls: Properties.LogoutURLs.map(at),
  };
}

const TEMPLATE = 'CruddurService.template.json';

/** The template of the service, built as for a deployment. */
function synthesise(): unknown {
  if (distIsCurrent) return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'dist/infra', TEMPLATE), 'utf8'));
  const directory = mkdtempSync(join(tmpdir(), 'cruddur-browser-infra-'));
  try {
    const env = {
      ...process.env,
      CDK_OUTDIR: directory,
      DEPLOY_ENVIRONMENT: 'production',
    };
    // Like `npm run synth`, but without the screens, which are being served from their build folder.
    buildForTests('build:lambdas');
    execFileSync('npm', ['run', '--silent', 'packages:infra'], { cwd: PACKAGE_ROOT, stdio: 'ignore' });
    execFileSync('node', ['--import', 'tsx', 'infra/app.ts'], { cwd: PACKAGE_ROOT, env, stdio: 'ignore' });
    return JSON.parse(readFileSync(join(directory, TEMPLATE), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
