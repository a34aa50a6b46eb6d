import type { Express } from 'express';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { beginRequests } from '../../backend/http/begin-requests.ts';
import { answerErrors } from '../../backend/http/error-mapper.ts';
import { newApp } from '../../backend/http/new-app.ts';
import { startServer } from '../../backend/http/server.ts';
import { webSettings } from '../../backend/http/web-files.ts';
import type { Logger } from '../../backend/logger.ts';
import { VERSION } from '../../backend/version.ts';
import type { LocalConfig } from '../config.ts';
import { type DevelopmentIssuer, openDevelopmentIssuer } from '../development-issuer.ts';
import { developmentSignIn } from '../development-sign-in.ts';
import { runProgram } from './program.ts';

/*
 * The development issuer as a process: it signs tokens for any user, offers this to the screens, and publishes its public
 * keys to the API's containers, which do not contain it.
 */

await runProgram('sign-in', async ({ config, client, table, dataDir, logger }) => {
  const issuer = await openDevelopmentIssuer(dataDir);
  const context = wire({ table, logger });
  // On every interface of the container: the proxy, which only this machine can reach, is in another container.
  const server = await startServer(createSignIn({ config, issuer, context, logger }), config.api.port);
  return async () => {
    await server.stop();
    client.destroy();
  };
});

function createSignIn(parts: {
  readonly config: LocalConfig;
  readonly issuer: DevelopmentIssuer;
  readonly context: Wiring;
  readonly logger: Logger;
}): Express {
  const { config, issuer, context, logger } = parts;
  const app = newApp();
  app.use(beginRequests(logger, config.api.corsOrigins));
  app.get('/api/health-check', (_request, response) => {
    response.json({ success: true, ver: VERSION });
  });
  app.get('/jwks.json', (_request, response) => {
    response.json(issuer.jwks);
  });
  // Before the routes of the API, which have no development sign-in.
  app.get('/config.json', (_request, response) => {
    response.json(webSettings(config.api, true));
  });
  const { access, api } = config;
  app.use(developmentSignIn({ context, issuer, access, corsOrigins: api.corsOrigins }));
  app.use(() => {
    throw new NotFoundError();
  });
  app.use(answerErrors);
  return app;
}
