import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import compression from 'compression';
import express, { type RequestHandler, type Response, Router } from 'express';
import helmet from 'helmet';
import { MAX_ATTACHMENTS } from '../../schema/attachments.ts';
import { MESSAGE_MAX_CHARS } from '../../schema/plain-text.ts';
import { type AttachmentLimits, type CognitoConfig, issuersOf, type OidcConfig } from '../config.ts';

/** The output directory of `npm run build:web`. */
export const WEB_DIRECTORY = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** The settings of the screens: the response of `GET /config.json`. */
export interface WebSettings {
  /** Code points of a message's text at most. */
  readonly message_max_chars: number;
  /** Absent: messages cannot have files. */
  readonly attachments?: {
    /** Files of a message. */
    readonly max_count: number;
    /** Of one file. */
    readonly max_bytes: number;
    /** Media types, `image/*`, or `*\/*`. */
    readonly types: readonly string[];
  };
  /** Whether `POST /development/sign-in` is available. Only in a local run. */
  readonly development?: true;
  /** Whether `/demo` is available. Only in a local run. */
  readonly demo?: true;
  readonly oidc?: {
    /** The issuer; its discovery document is below this URL. */
    readonly authority: string;
    readonly client_id: string;
    readonly scope: string;
    /** How to sign out there; absent: as OpenID Connect RP-Initiated Logout says. */
    readonly sign_out?: 'cognito';
  };
}

/** Where the screens have a page; at every other address they show that there is none, with status 404. */
export const WEB_ROUTES = [
  '/',
  '/messages/new/:handle',
  '/messages/:uuid',
  '/invites/:code',
  '/blocked',
  '/signed-in',
];
/** The same as an expression without groups: what Express captures it decodes, and refuses what is not decodable. */
const PAGES = new RegExp(
  `^(?:${WEB_ROUTES.map((route) => route.replaceAll(/:\w+/g, '[^/]+')).join('|')})/?$`,
  'i',
);

const OK = 200;
const NOT_FOUND = 404;
const PAGE = 'index.html';
/** The build adds a content hash to these file names, so their content never changes. */
const HASHED = `${join('/', 'assets')}/`;
const IMMUTABLE = 'public, max-age=31536000, immutable';
const REVALIDATE = 'no-cache';
const NOT_BUILT = 'The message screens are not built: run `npm run build:web`.\n';

interface Configured {
  readonly cognito?: CognitoConfig;
  readonly oidc?: OidcConfig;
  /** Default: MESSAGE_MAX_CHARS. */
  readonly messageMaxChars?: number;
  readonly attachments?: AttachmentLimits;
  /** Whether there is a store of files. */
  readonly hasFiles?: boolean;
}

/** Returns the screens' settings for a configuration. A user pool takes precedence over another issuer. */
export function webSettings(
  { cognito, oidc, messageMaxChars = MESSAGE_MAX_CHARS, attachments, hasFiles = false }: Configured,
  development = false,
): WebSettings {
  const issuer = cognito ? cognitoIssuer(cognito) : oidc && otherIssuer(oidc);
  return {
    message_max_chars: messageMaxChars,
    ...(hasFiles &&
      attachments && {
        attachments: {
          max_count: MAX_ATTACHMENTS,
          max_bytes: attachments.maxBytes,
          types: attachments.types,
        },
      }),
    ...(development && { development: true }),
    ...(issuer && { oidc: issuer }),
  };
}

export interface WebFilesOptions {
  readonly directory: string;
  readonly settings: WebSettings;
  /** The host of the sign-in pages, if that is not the issuer's nor one of Cognito's. */
  readonly signInDomain?: string;
  /** The origin that files are uploaded to and downloaded from. Absent: the page's own. */
  readonly filesOrigin?: string | undefined;
}

/**
 * Serves the message screens: files, `/config.json`, and the page itself for every address that a browser navigates to,
 * because the screens have their own addresses. It is mounted after the API's routes and passes other requests on.
 */
export function webFiles(options: WebFilesOptions): Router {
  const { directory, settings } = options;
  const router = Router();
  const notFound = sendPage(directory, { page: PAGE, status: NOT_FOUND });
  router.use(/^(?!\/api(\/|$))/, compression(), screensPolicy(options));
  router.get('/config.json', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(settings);
  });
  // As files they would be served with status 200, at addresses that no screen has: the demo's page, too.
  router.get(/^\/[^/]+\.html$/, notFound);
  router.use(express.static(directory, { index: false, redirect: false, setHeaders: setCaching }));
  router.get(PAGES, sendPage(directory, { page: PAGE, status: OK }));
  router.get(/^(?!\/api(\/|$))/, notFound);
  return router;
}

/** Answers navigations, and nothing else: a program that asks for an address that is none is to hear so. */
export function sendPage(
  directory: string,
  { page, status }: { readonly page: string; readonly status: typeof OK | typeof NOT_FOUND },
): RequestHandler {
  return (request, response, next) => {
    if (request.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    response.status(status).set('Cache-Control', REVALIDATE);
    response.sendFile(page, { root: directory, cacheControl: false }, (error?: Error) => {
      if (error === undefined || response.headersSent) return;
      if ('code' in error && error.code === 'ENOENT') response.status(NOT_FOUND).type('text').send(NOT_BUILT);
      else next(error);
    });
  };
}

function setCaching(response: Response, path: string): void {
  response.set('Cache-Control', path.includes(HASHED) ? IMMUTABLE : REVALIDATE);
}

/**
 * Allows only the screens' own files to run, and only connections to this API, the issuer and the store of files.
 * @param framing replaces directives on frames: by default, the page has none and is in none.
 */
export function screensPolicy(
  { settings, signInDomain, filesOrigin }: WebFilesOptions,
  framing: { readonly frameSrc?: string[]; readonly frameAncestors?: string[] } = {},
): RequestHandler {
  const { oidc } = settings;
  const files = filesOrigin === undefined ? [] : [filesOrigin];
  const signIn = signInDomain === undefined ? [] : [`https://${signInDomain}`];
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", ...files],
      fontSrc: ["'self'"],
      manifestSrc: ["'self'"],
      connectSrc: ["'self'", ...(oidc ? issuerOrigins(oidc.authority) : []), ...signIn, ...files],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      ...framing,
    },
  });
}

/** Returns the origins that sign-in fetches from: a user pool's tokens come from its domain, not the issuer's URL. */
function issuerOrigins(authority: string): string[] {
  const { origin, hostname } = new URL(authority);
  return /^(issuer-)?cognito-idp\./.test(hostname) ? [origin, 'https://*.amazoncognito.com'] : [origin];
}

function cognitoIssuer(config: CognitoConfig): WebSettings['oidc'] {
  return {
    authority: issuersOf(config)[0],
    client_id: config.clientId,
    // No more than the app client allows (infra/service/users.ts): Cognito refuses a sign-in that asks for more.
    scope: 'openid profile',
    sign_out: 'cognito',
  };
}

/** The audience of a single-page client's tokens is its own id, unless the issuer identifies APIs separately. */
function otherIssuer({ issuer, audience }: OidcConfig): WebSettings['oidc'] {
  return { authority: issuer, client_id: audience, scope: 'openid profile offline_access' };
}
