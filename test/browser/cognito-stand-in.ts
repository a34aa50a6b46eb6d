import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { BrowserContext, Route } from 'playwright-core';

/** What an app client of a user pool allows, by its template. */
export interface AppClient {
  readonly flows: readonly string[];
  readonly scopes: readonly string[];
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
}

interface Grant {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly nonce: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly body?: string;
}

const TOKEN_LIFE_S = 30 * 60;
/** An icon, so that browsers do not request one. */
const PAGE = '<!doctype html><link rel="icon" href="data:,">';
const ERROR_PAGE: Answer = {
  status: 400,
  headers: { 'Content-Type': 'text/html' },
  body: `${PAGE}An error was encountered.`,
};

/**
 * A user pool's endpoints as the Amazon Cognito Developer Guide documents them (authorization, token, revocation and logout
 * endpoint; the discovery document names them), for a public app client. A browser is sent here instead of to AWS.
 */
export class CognitoStandIn {
  readonly userPoolId = 'eu-west-1_AbCdEfGhI';
  readonly clientId = '1example23456789';
  /** The id of the user who signs in next. */
  user = '';
  /** Whether the browser has a session at the sign-in pages. */
  hasSession = false;
  /** The refresh tokens that are valid. */
  readonly refreshTokens = new Set<string>();
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly #sign: (claims: Record<string, unknown>) => Promise<string>;
  readonly #issuer = `https://cognito-idp.eu-west-1.amazonaws.com/${this.userPoolId}`;
  readonly #domain = 'https://cruddur-test.auth.eu-west-1.amazoncognito.com';
  readonly #grants = new Map<string, Grant>();
  #client: AppClient = { flows: [], scopes: [], callbackUrls: [], logoutUrls: [] };

  private constructor(parts: {
    jwks: { keys: JWK[] };
    sign: (claims: Record<string, unknown>) => Promise<string>;
  }) {
    this.jwks = parts.jwks;
    this.#sign = parts.sign;
  }

  static async create(): Promise<CognitoStandIn> {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const key = { ...(await exportJWK(publicKey)), kid: 'pool-key', alg: 'RS256', use: 'sig' };
    const sign = (claims: Record<string, unknown>) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'pool-key' })
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_LIFE_S}s`)
        .sign(privateKey);
    return new CognitoStandIn({ jwks: { keys: [key] }, sign });
  }

  allow(client: AppClient): void {
    this.#client = client;
  }

  async attach(context: BrowserContext): Promise<void> {
    for (const host of [this.#issuer, this.#domain]) {
      await context.route(`${host}/**`, async (route) => {
        const { headers, ...answer } = await this.#answer(route);
        await route.fulfill({ ...answer, headers: { 'Access-Control-Allow-Origin': '*', ...headers } });
      });
    }
  }

  async #answer(route: Route): Promise<Answer> {
    const url = new URL(route.request().url());
    const form = new URLSearchParams(route.request().postData() ?? '');
    switch (`${route.request().method()} ${url.pathname.replace(`/${this.userPoolId}`, '')}`) {
      case 'GET /.well-known/openid-configuration':
        return { status: 200, json: this.#discovery() };
      case 'GET /oauth2/authorize':
        return this.#authorize(url.searchParams);
      case 'GET /login':
        this.hasSession = true;
        return this.#authorize(url.searchParams);
      case 'POST /oauth2/token':
        return this.#token(form);
      case 'POST /oauth2/revoke':
        return this.#revoke(form);
      case 'GET /logout':
        return this.#logout(url.searchParams);
      default:
        return { status: 404, json: {} };
    }
  }

  #discovery() {
    return {
      issuer: this.#issuer,
      authorization_endpoint: `${this.#domain}/oauth2/authorize`,
      token_endpoint: `${this.#domain}/oauth2/token`,
      revocation_endpoint: `${this.#domain}/oauth2/revoke`,
      end_session_endpoint: `${this.#domain}/logout`,
      jwks_uri: `${this.#issuer}/.well-known/jwks.json`,
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }

  /** Redirects to the sign-in page, or with a session back at once. An unknown client or address is not redirected. */
  #authorize(asked: URLSearchParams): Answer {
    const { flows, scopes, callbackUrls } = this.#client;
    const redirectUri = asked.get('redirect_uri') ?? '';
    if (asked.get('client_id') !== this.clientId || !callbackUrls.includes(redirectUri)) return ERROR_PAGE;
    const scope = asked.get('scope') ?? '';
    const back = new URL(redirectUri);
    back.searchParams.set('state', asked.get('state') ?? '');
    if (!flows.includes(asked.get('response_type') ?? ''))
      back.searchParams.set('error', 'unauthorized_client');
    else if (!scope.split(' ').every((name) => scopes.includes(name)))
      back.searchParams.set('error', 'invalid_scope');
    else if (!this.hasSession) {
      const link = `/login?${asked.toString()}`.replaceAll('&', '&amp;');
      return {
        status: 200,
        headers: { 'Content-Type': 'text/html' },
        body: `${PAGE}<a href="${link}">Continue</a>`,
      };
    } else {
      const code = randomUUID();
      const challenge = asked.get('code_challenge') ?? '';
      this.#grants.set(code, { challenge, redirectUri, scope, nonce: asked.get('nonce') ?? undefined });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { Location: back.href } };
  }

  async #token(form: URLSearchParams): Promise<Answer> {
    const grant = this.#grants.get(form.get('code') ?? '');
    this.#grants.delete(form.get('code') ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const granted =
      grant &&
      form.get('client_id') === this.clientId &&
      form.get('redirect_uri') === grant.redirectUri &&
      verifier === grant.challenge;
    if (!granted) return { status: 400, json: { error: 'invalid_grant' } };
    const refreshToken = randomUUID();
    this.refreshTokens.add(refreshToken);
    const claims = { sub: this.user, iss: this.#issuer };
    const nonce = grant.nonce !== undefined && { nonce: grant.nonce };
    return {
      status: 200,
      json: {
        access_token: await this.#sign({
          ...claims,
          client_id: this.clientId,
          token_use: 'access',
          scope: grant.scope,
        }),
        id_token: await this.#sign({ ...claims, ...nonce, aud: this.clientId, token_use: 'id' }),
        refresh_token: refreshToken,
        token_type: 'Bearer',
        expires_in: TOKEN_LIFE_S,
      },
    };
  }

  /** Accepts refresh tokens only. A public client sends its id in the body. */
  #revoke(form: URLSearchParams): Answer {
    const token = form.get('token');
    if (token === null) return { status: 400, json: { error: 'invalid_request' } };
    if (form.get('client_id') !== this.clientId) return { status: 401, json: { error: 'invalid_client' } };
    if (!this.refreshTokens.delete(token)) return { status: 400, json: { error: 'unsupported_token_type' } };
    return { status: 200, body: '' };
  }

  /** Ends the session only for a client that asks to go to one of its own sign-out addresses. */
  #logout(asked: URLSearchParams): Answer {
    const logoutUri = asked.get('logout_uri') ?? '';
    const allowed = asked.get('client_id') === this.clientId && this.#client.logoutUrls.includes(logoutUri);
    if (!allowed) return ERROR_PAGE;
    this.hasSession = false;
    return { status: 302, headers: { Location: logoutUri } };
  }
}
