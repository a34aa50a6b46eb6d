/** No answer; too many requests; and what a server or a proxy before it says while it cannot serve. */
const UNAVAILABLE: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** What the API refused, or that it could not be reached. */
export class ApiError extends Error {
  /** 0 when there was no answer at all. */
  readonly status: number;
  /** The API's stable codes; at least one. */
  readonly codes: readonly [string, ...string[]];
  /** Seconds after which it is worth trying again. */
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

  /** The first code: what the failure is called. */
  get code(): string {
    return this.codes[0];
  }

  /** Whether no server took the request: none was reached, or it can take none now. It did not fail for what it asks. */
  get isUnavailable(): boolean {
    return UNAVAILABLE.has(this.status);
  }

  /** Whether the same request may well succeed a little later. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The code of whatever was thrown. */
export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : 'internal_error';
}
