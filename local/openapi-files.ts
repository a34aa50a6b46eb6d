import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { describeApi } from '../backend/http/openapi.ts';
import { API_ROUTES } from '../backend/http/routes.ts';
import { PACKAGE_ROOT } from './config.ts';

const BANNER = `/*
 * The API's shapes, made by \`npm run openapi\` of the routes' own declarations: not to be edited.
 */

`;

/** A file that is generated from the API's description. */
export interface OpenApiFile {
  /** The path from the package's root. */
  readonly path: string;
  readonly content: string;
}

/** Generates the files that `npm run openapi` writes: the document, and its types for clients. */
export async function openApiFiles(): Promise<OpenApiFile[]> {
  const json = JSON.stringify(describeApi(API_ROUTES));
  const types = astToString(await openapiTS(json, { alphabetize: false }));
  return Promise.all([
    formatted('docs/openapi.json', json),
    formatted('web/src/api/schema.ts', BANNER + types),
  ]);
}

/** Formats a text like the files around it, so that one changed line of the source is one changed line here. */
async function formatted(path: string, content: string): Promise<OpenApiFile> {
  const filepath = `${PACKAGE_ROOT}/${path}`;
  const style = await resolveConfig(filepath);
  return { path, content: await format(content, { ...style, filepath }) };
}
