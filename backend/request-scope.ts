import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';

/** What is observed of one request while it is handled, by code that does not know the request. */
export interface RequestScope {
  /** Set where the request's capacity units are measured: they are added here. */
  readonly units?: { W: number; R: number };
  /** Set where the request is traced. Returns what is called when the call of the table is done. */
  readonly beginCall?: (operation: string) => (error?: unknown) => void;
  /** The request's own span. */
  readonly span?: Span;
}

/** It costs nothing until a request runs in it. On Node 20 it then makes every promise slower; on Node 24 it does not. */
const scopes = new AsyncLocalStorage<RequestScope | undefined>();

/** Runs work whose calls of the table belong to a request. */
export function runInScope(scope: RequestScope, work: () => void): void {
  scopes.run(scope, work);
}

/** Runs work that does not belong to the request that causes it: publishing to other users, for example. */
export function runOutsideScope<Result>(work: () => Result): Result {
  return scopes.getStore() ? scopes.run(undefined, work) : work();
}

/** The scope of the request that is being handled, if it is observed. */
export function currentScope(): RequestScope | undefined {
  return scopes.getStore();
}
