/** No response, rate limiting, and the statuses of a server or a proxy that cannot serve. */
const UNAVAILABLE: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** A request that the API rejected, or that did not reach it. */
export class ApiError extends Error {
  /** 0 when there was no response. */
  readonly status: number;
  /** The API's stable codes; at least one. */
  readonly codes: readonly [string, ...string[]];
  /** Seconds after which to try again. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    codes: readonly [string, ...string[]],
    { retryAfter, ...options }: ErrorOptions & { readonly retryAfter?: number | undefined } = {},
  ) {
    super(codes.join(', '), options);
    this.name = 'ApiError';
    this.status = status;
    this.codes = codes;
    this.retryAfter = retryAfter;
  }

  /** The first code, which names the failure. */
  get code(): string {
    return this.codes[0];
  }

  /** Whether no server handled the request: none was reached, or it cannot handle any now. The request itself may be valid. */
  get isUnavailable(): boolean {
    return UNAVAILABLE.has(this.status);
  }

  /** Whether the failure is temporary: the same request may succeed later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The code of anything that was thrown. */
export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : 'internal_error';
}
