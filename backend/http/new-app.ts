import express from 'express';

/**
 * Makes an empty app, without the defaults of Express that nothing here uses: hashing each answer, naming itself, and
 * nested query strings.
 *
 * Express would also answer `If-None-Match: *` with 304 and no body. Answers have no validators, so there are no
 * conditional requests. Files that are served have some, and are compared by what serves them.
 */
export function newApp(): express.Express {
  const app = express();
  app.set('etag', false);
  app.set('x-powered-by', false);
  app.set('query parser', 'simple');
  Object.defineProperty(app.request, 'fresh', { value: false });
  return app;
}
