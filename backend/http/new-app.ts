import express from 'express';

/**
 * Creates an empty app without the unused defaults of Express: hashes of responses, the `X-Powered-By` header and nested
 * query strings.
 *
 * Express would also respond to `If-None-Match: *` with 304 and no body. Responses of the API have no validators, so
 * conditional requests are disabled. The handler for static files evaluates the validators of files itself.
 */
export function newApp(): express.Express {
  const app = express();
  app.set('etag', false);
  app.set('x-powered-by', false);
  app.set('query parser', 'simple');
  Object.defineProperty(app.request, 'fresh', { value: false });
  return app;
}
