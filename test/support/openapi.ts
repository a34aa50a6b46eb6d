import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ILayer, IRouter } from 'express-serve-static-core';
import type { oas31 } from 'zod-openapi';
import { describeApi } from '../../backend/http/openapi.ts';
import { API_ROUTES } from '../../backend/http/routes.ts';
import { type Answer, exchange, type ExactRequest } from './http-client.ts';

/** What of a request the document speaks of. */
type Asked = Pick<ExactRequest, 'method' | 'path'>;

let description: Description | undefined;

/** The API's description, made once for a test file. */
export function apiDescription(): Description {
  return (description ??= new Description(describeApi(API_ROUTES)));
}

/** Sends one request to an API, and demands that its answer is one that the document describes. */
export async function exchangeAsDescribed(port: number, request: ExactRequest): Promise<Answer> {
  const answer = await exchange(port, request);
  apiDescription().demand(request, answer);
  return answer;
}

/** An OpenAPI document that answers are held against. */
export class Description {
  readonly document: oas31.OpenAPIObject;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #paths: readonly { readonly path: string; readonly pattern: RegExp }[];

  constructor(document: oas31.OpenAPIObject) {
    this.document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'openapi');
    this.#paths = Object.keys(document.paths ?? {}).map((path) => ({ path, pattern: patternOf(path) }));
  }

  /** @throws Error that names everything in which an answer is not as the document says. */
  demand(request: Asked, answer: Answer): void {
    const faults = this.faultsOf(request, answer);
    if (faults.length === 0) return;
    const { method = 'GET', path } = request;
    const line = `${method} ${path.slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 500)}`;
    throw new Error(`not as the OpenAPI document says: ${line}\n${faults.join('\n')}`);
  }

  faultsOf(request: Asked, answer: Answer): string[] {
    const method = (request.method ?? 'GET').toLowerCase();
    // A preflight is between the browser and the server.
    if (method === 'options') return [];
    const path = request.path.replaceAll('%40', '@');
    const place = this.#operationOf(method === 'head' ? 'get' : method, path);
    if (place === undefined) return answer.status === 404 ? [] : ['this is no route: 404 is due'];
    const found = this.#resolve([...place, 'responses', String(answer.status)]);
    if (!found) return [`a status of ${answer.status} is not described`];
    return [
      ...this.#headerFaults(found, answer),
      ...(method === 'head' ? [] : this.#bodyFaults(found, answer)),
    ];
  }

  /** Where the document speaks of a route. */
  #operationOf(method: string, target: string): Place | undefined {
    const path = target.split('?', 1)[0] ?? '';
    // The routers know no words in the place of a parameter that a longer path has a name for.
    const matches = this.#paths.filter(({ pattern }) => pattern.test(path)).map((match) => match.path);
    const exact = matches.find((candidate) => candidate.toLowerCase() === path.toLowerCase());
    const [found] = [exact, ...matches].filter(
      (candidate) => this.#at(['paths', candidate ?? '', method]) !== undefined,
    );
    return found === undefined ? undefined : ['paths', found, method];
  }

  #headerFaults(response: Place, answer: Answer): string[] {
    const headers = this.#at([...response, 'headers']);
    if (!isObject(headers)) return [];
    return Object.keys(headers).flatMap((name) => {
      const place = this.#resolve([...response, 'headers', name]) ?? [];
      const value = answer.headers[name.toLowerCase()];
      if (value === undefined) return this.#at([...place, 'required']) === true ? [`${name} is missing`] : [];
      const isNumber = this.#at([...place, 'schema', 'type']) === 'integer';
      return this.#faults([...place, 'schema'], isNumber ? Number(value) : value, name);
    });
  }

  #bodyFaults(response: Place, answer: Answer): string[] {
    const content = this.#at([...response, 'content']);
    const type = answer.headers['content-type']?.split(';', 1)[0];
    if (!isObject(content)) return answer.text === '' ? [] : ['a body is not described'];
    if (type === undefined || !(type in content)) return [`the media type ${type} is not described`];
    const body = /[/+]json$/.test(type) ? answer.json() : answer.text;
    return this.#faults([...response, 'content', type, 'schema'], body, 'body');
  }

  #faults(schema: Place, value: unknown, what: string): string[] {
    const pointer = pointerTo(schema);
    let validate = this.#validators.get(pointer);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: `openapi${pointer}` });
      this.#validators.set(pointer, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** The place itself, or where it refers to; undefined when there is nothing. */
  #resolve(place: Place): Place | undefined {
    const value = this.#at(place);
    if (!isObject(value)) return undefined;
    const { $ref } = value;
    return typeof $ref === 'string' ? $ref.slice('#/'.length).split('/') : place;
  }

  #at(place: Place): unknown {
    let value: unknown = this.document;
    for (const name of place) value = isObject(value) ? value[name] : undefined;
    return value;
  }
}

type Place = readonly string[];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON pointer, as a URI's fragment (RFC 6901). */
function pointerTo(place: Place): string {
  const names = place.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `#/${names.join('/')}`;
}

/** As Express compares: in upper or lower case, with a slash behind or not. */
function patternOf(path: string): RegExp {
  const source = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}/?$`, 'i');
}

/** A route that a router serves, below the path that it is mounted at. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

/** The routes of an app's routers, as Express has them. */
export function routesOf({ stack }: Pick<IRouter, 'stack'>): ServedRoute[] {
  return stack.flatMap((layer) => {
    const { route } = layer;
    if (route) return methodsOf(route.stack).map((method) => ({ method, path: pathOf(route.path) }));
    const inner: unknown = layer.handle;
    return isRouter(inner) ? routesOf(inner) : [];
  });
}

/** The first of a route's spellings. */
function pathOf(path: string | readonly string[]): string {
  return typeof path === 'string' ? path : (path[0] ?? '');
}

function methodsOf(handlers: readonly ILayer[]): string[] {
  return [...new Set(handlers.map(({ method }) => method.toUpperCase()))];
}

function isRouter(handle: unknown): handle is Pick<IRouter, 'stack'> {
  return typeof handle === 'function' && 'stack' in handle && Array.isArray(handle.stack);
}
