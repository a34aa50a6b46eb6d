import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import getPort from 'get-port';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { deferred } from '../support/deferred.ts';
import { createOidcStorage } from './oidc-storage.ts';

/** The screens' client id, which is the audience of their tokens. */
const CLIENT_ID = 'cruddur';
const API = 'urn:cruddur:api';
/** How long an access token is valid, in seconds. */
const TOKEN_LIFE_S = 600;
/** Longer than every test, in seconds. */
const LASTING = ['Grant', 'IdToken', 'Interaction', 'RefreshToken', 'Session'] as const;
const LASTING_S = 24 * 60 * 60;

/**
 * An OpenID Connect issuer (oidc-provider) that rotates refresh tokens, and revokes all successors of one that is used
 * twice. Its sign-in page has no form: `user` is signed in, unless `denies` is set.
 */
export class OidcIssuer {
  readonly url: string;
  readonly clientId = CLIENT_ID;
  /** The id of the user who signs in next. */
  user = '';
  /** Whether the user cancels at the sign-in page. */
  denies = false;
  /** Whether every connection is closed without a response. */
  away = false;
  /** How often a user was asked to sign in. */
  signIns = 0;
  /** How often tokens were requested with a refresh token. */
  renewals = 0;
  /** The last issued refresh token. */
  refreshToken = '';
  readonly #storage = createOidcStorage();
  readonly #server: Server;
  #origin = '';
  #provider: Provider | undefined;
  #held: Promise<unknown> = Promise.resolve();

  private constructor(port: number) {
    this.url = `http://localhost:${port}`;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<OidcIssuer> {
    const port = await getPort();
    const issuer = new OidcIssuer(port);
    await new Promise<void>((resolve) => issuer.#server.listen(port, 'localhost', resolve));
    return issuer;
  }

  /** Registers the screens at an origin. */
  async register(origin: string): Promise<void> {
    this.#origin = origin;
    await this.rotateKeys();
  }

  /** Replaces the signing key, and publishes only the new one. */
  async rotateKeys(): Promise<void> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: 'RS256', use: 'sig' };
    this.#provider = this.#createProvider(key);
  }

  /** Holds requests for tokens. @returns a function that releases them. */
  holdTokens(): () => void {
    const { promise, resolve } = deferred<undefined>();
    this.#held = promise;
    return () => resolve(undefined);
  }

  revokeAll(): void {
    this.#storage.revokeAll();
  }

  isRefreshable(token: string): boolean {
    return this.#storage.isRefreshable(token);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.url);
    if (request.method === 'POST' && pathname === '/token') await this.#held;
    if (this.away || !this.#provider) request.socket.destroy();
    else if (pathname.startsWith('/interaction/')) await this.#signIn(this.#provider, request, response);
    else await this.#provider.callback()(request, response);
  }

  /** Completes the sign-in page. */
  async #signIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.signIns += 1;
    const result = this.denies
      ? { error: 'access_denied', error_description: 'The user has cancelled' }
      : { login: { accountId: this.user } };
    await provider.interactionFinished(request, response, result);
  }

  #createProvider(key: JWK): Provider {
    const provider = new Provider(this.url, {
      ...configuration(this.#origin, key),
      adapter: this.#storage.adapter,
    });
    provider.use(async (context, next) => {
      await next();
      const { body } = context as { readonly body?: { readonly refresh_token?: string } };
      if (context.path === '/token' && body?.refresh_token !== undefined)
        this.refreshToken = body.refresh_token;
    });
    provider.on('grant.success', (context) => this.#count(context));
    provider.on('grant.error', (context) => this.#count(context));
    return provider;
  }

  #count(context: KoaContextWithOIDC): void {
    if (context.oidc.params?.['grant_type'] === 'refresh_token') this.renewals += 1;
  }
}

function configuration(origin: string, key: JWK): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${origin}/signed-in`],
        post_logout_redirect_uris: [`${origin}/`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['a test'] },
    scopes: ['openid', 'profile', 'offline_access'],
    clientBasedCORS: () => true,
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: grantEverything,
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    rotateRefreshToken: true,
    issueRefreshToken: () => Promise.resolve(true),
    ttl: { ...Object.fromEntries(LASTING.map((model) => [model, LASTING_S])), AccessToken: TOKEN_LIFE_S },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => Promise.resolve(true) },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutAtOnce },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: CLIENT_ID,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/** Grants the screens what they request, without a consent page: the same grant for all requests of a session. */
async function grantEverything({ oidc }: KoaContextWithOIDC) {
  const grantId = oidc.session?.grantIdFor(CLIENT_ID);
  const existing = grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId);
  if (existing) return existing;
  const grant = new oidc.provider.Grant({ accountId: oidc.session?.accountId, clientId: CLIENT_ID });
  grant.addOIDCScope('openid profile offline_access');
  await grant.save();
  return grant;
}

/** Shows a sign-out page without the library's style, which is fetched from another host. */
function signOutAtOnce(context: KoaContextWithOIDC, form: string): void {
  context.body = `<!doctype html><title>Sign out</title><link rel="icon" href="data:,">${form}
    <button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>`;
}
