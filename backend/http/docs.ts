import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Response } from 'express';
import * as z from 'zod';
import { json, openRoute, type Route, written } from './route.ts';

/* Serves the OpenAPI document, and a page that renders it with Swagger UI from this server alone. */

const PARTS_PATH = '/docs/:part';

/** The page's script: a separate file, because the page's policy forbids inline scripts. */
const START = `
window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  // The validator is an external server.
  validatorUrl: null,
});
`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cruddur messaging API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<main id="docs"></main>
<noscript>The document itself: <a href="/api/openapi.json">openapi.json</a></noscript>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

/** Allows only files of this server, and no inline scripts. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page's files change only with the API's version. */
const PARTS_CACHED = 'public, max-age=3600';

const partPath = z.object({
  part: z
    .enum(['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js'])
    .meta({ description: 'A file that the page loads.' }),
});

const openApiDocument = z
  .looseObject({
    openapi: z.string().meta({ description: 'The version of OpenAPI.' }),
    info: z.looseObject({}).meta({ description: 'The title and version of the API.' }),
    paths: z.looseObject({}).meta({ description: 'The routes.' }),
  })
  .meta({ description: 'An OpenAPI 3.1 document.' });

/** @param routes every route of the API, including these; called when the document is first requested. */
export function docsRoutes(routes: () => readonly Route[]): readonly Route[] {
  const describe = once(async () => {
    const { describeApi } = await import('./openapi.ts');
    return openApiDocument.parse(describeApi(routes()));
  });
  return [
    openRoute({
      method: 'get',
      path: '/openapi.json',
      name: 'readOpenApiDocument',
      summary: 'Describes the API: this document',
      answer: json(openApiDocument, 'This document.'),
      handle: () => describe(),
    }),

    openRoute({
      method: 'get',
      path: '/docs',
      name: 'readDocs',
      summary: 'Shows this document as a page',
      answer: written(['text/html'], 'The page.'),
      handle: ({ response }) => {
        response.set('Content-Security-Policy', POLICY).type('html').send(PAGE);
      },
    }),

    openRoute({
      method: 'get',
      path: PARTS_PATH,
      name: 'readDocsPart',
      summary: 'Returns a file that the page loads',
      params: partPath,
      answer: written(['text/css', 'text/javascript'], 'The file.'),
      handle: async ({ params, response }) => {
        response.set('Cache-Control', PARTS_CACHED);
        if (params.part === 'start.js') response.type('js').send(START);
        else await sendFile(response, join(swaggerUi(), params.part));
      },
    }),
  ];
}

/** Returns the directory of Swagger UI's files. */
function swaggerUi(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}

/** Sends the whole file: ranges and "not modified" are not supported, so the document need not describe them. */
function sendFile(response: Response, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { acceptRanges: false, cacheControl: false, lastModified: false };
    response.sendFile(file, options, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the file cannot be sent', { cause: error }));
    });
  });
}

/** Returns a function that calls `make` once, and returns its result every time. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
