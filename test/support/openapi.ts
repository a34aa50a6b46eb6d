import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ILayer, IRouter } from 'express-serve-static-core';
import type { oas31 } from 'zod-openapi';
import { describeApi } from '../../backend/http/openapi.ts';
import { API_ROUTES } from '../../backend/http/routes.ts';
import { type Answer, exchange, type ExactRequest } from './http-client.ts';

/** The parts of a request that the document describes. */
type Asked = Pick<ExactRequest, 'method' | 'path'>;

let description: Description | undefined;

/** Returns the API's description, which is created once for a test file. */
export function apiDescription(): Description {
  return (description ??= new Description(describeApi(API_ROUTES)));
}

/** Sends one request to an API. @throws Error if the document does not describe the response. */
export async function exchangeAsDescribed(port: number, request: ExactRequest): Promise<Answer> {
  const answer = await exchange(port, request);
  apiDescription().demand(request, answer);
  return answer;
}

/** An OpenAPI document that responses are checked against. */
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

  /** @throws Error that lists every difference between a response and the document. */
  demand(request: Asked, answer: Answer): void {
    const faults = this.faultsOf(request, answer);
    if (faults.length === 0) return;
    const { method = 'GET', path } = request;
    const line = `${method} ${path.slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 500)}`;
    throw new Error(`not as the OpenAPI document says: ${line}\n${faults.join('\n')}`);
  }

  faultsOf(request: Asked, answer: Answer): string[] {
    const method = (request.method ?? 'GET').toLowerCase();
    // The document does not describe preflight requests.
    if (method === 'options') return [];
    const path = request.path.replaceAll('%40', '@');
    const operation = this.#operationOf(method === 'head' ? 'get' : method, path);
    if (operation === undefined) return answer.status === 404 ? [] : ['this is no route: 404 is due'];
    const response = this.#resolve([...operation, 'responses', String(answer.status)]);
    if (!response) return [`a status of ${answer.status} is not described`];
    return [
      ...this.#headerFaults(response, answer),
      ...(method === 'head' ? [] : this.#bodyFaults(response, answer)),
    ];
  }

  /** Returns the pointer to a route's operation, or undefined if there is none. */
  #operationOf(method: string, target: string): Pointer | undefined {
    const path = target.split('?', 1)[0] ?? '';
    // A path without parameters wins over one with parameters, as it does in the routers.
    const matches = this.#paths.filter(({ pattern }) => pattern.test(path)).map((match) => match.path);
    const exact = matches.find((candidate) => candidate.toLowerCase() === path.toLowerCase());
    const [found] = [exact, ...matches].filter(
      (candidate) => this.#at(['paths', candidate ?? '', method]) !== undefined,
    );
    return found === undefined ? undefined : ['paths', found, method];
  }

  #headerFaults(response: Pointer, answer: Answer): string[] {
    const headers = this.#at([...response, 'headers']);
    if (!isObject(headers)) return [];
    return Object.keys(headers).flatMap((name) => {
      const header = this.#resolve([...response, 'headers', name]) ?? [];
      const value = answer.headers[name.toLowerCase()];
      if (value === undefined)
        return this.#at([...header, 'required']) === true ? [`${name} is missing`] : [];
      const isNumber = this.#at([...header, 'schema', 'type']) === 'integer';
      return this.#faults([...header, 'schema'], isNumber ? Number(value) : value, name);
    });
  }

  #bodyFaults(response: Pointer, answer: Answer): string[] {
    const content = this.#at([...response, 'content']);
    const type = answer.headers['content-type']?.split(';', 1)[0];
    if (!isObject(content)) return answer.text === '' ? [] : ['a body is not described'];
    if (type === undefined || !(type in content)) return [`the media type ${type} is not described`];
    const body = /[/+]json$/.test(type) ? answer.json() : answer.text;
    return this.#faults([...response, 'content', type, 'schema'], body, 'body');
  }

  #faults(schema: Pointer, value: unknown, what: string): string[] {
    const fragment = fragmentOf(schema);
    let validate = this.#validators.get(fragment);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: `openapi${fragment}` });
      this.#validators.set(fragment, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** Follows the `$ref` at a pointer, if there is one. Returns undefined if there is no object. */
  #resolve(pointer: Pointer): Pointer | undefined {
    const value = this.#at(pointer);
    if (!isObject(value)) return undefined;
    const { $ref } = value;
    return typeof $ref === 'string' ? $ref.slice('#/'.length).split('/') : pointer;
  }

  #at(pointer: Pointer): unknown {
    let value: unknown = this.document;
    for (const name of pointer) value = isObject(value) ? value[name] : undefined;
    return value;
  }
}

/** A JSON pointer, as its reference tokens (RFC 6901). */
type Pointer = readonly string[];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Formats a JSON pointer as a URI fragment (RFC 6901). */
function fragmentOf(pointer: Pointer): string {
  const names = pointer.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `#/${names.join('/')}`;
}

/** Returns a pattern that matches as Express does: in upper or lower case, with or without a slash at the end. */
function patternOf(path: string): RegExp {
  const source = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}/?$`, 'i');
}

/** A route of a router, below the path that the router is mounted at. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

/** Lists the routes of an app's routers, as registered in Express. */
export function routesOf({ stack }: Pick<IRouter, 'stack'>): ServedRoute[] {
  return stack.flatMap((layer) => {
    const { route } = layer;
    if (route) return methodsOf(route.stack).map((method) => ({ method, path: pathOf(route.path) }));
    const inner: unknown = layer.handle;
    return isRouter(inner) ? routesOf(inner) : [];
  });
}

/** Returns the first path of a route. */
function pathOf(path: string | readonly string[]): string {
  return typeof path === 'string' ? path : (path[0] ?? '');
}

function methodsOf(handlers: readonly ILayer[]): string[] {
  return [...new Set(handlers.map(({ method }) => method.toUpperCase()))];
}

function isRouter(handle: unknown): handle is Pick<IRouter, 'stack'> {
  return typeof handle === 'function' && 'stack' in handle && Array.isArray(handle.stack);
}
