import * as z from 'zod';

/* Parses environment variables, and reports all problems at once, by variable name. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment is invalid: one line for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Returns the variables that have a value: an empty one counts as absent. */
export function given(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

/** @throws ConfigError with everything that is wrong. */
export function parse<Shape extends z.ZodObject>(shape: Shape, environment: Environment): z.output<Shape> {
  const result = shape.safeParse(given(environment));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

/** Runs a check of two values even if another value is invalid, so that all problems are reported at once. */
export const anyway = { when: () => true };

export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** A URL of Redis. */
export const redisUrl = z.string().refine(isRedisUrl, 'must be a redis:// or rediss:// URL');

/** A whole number. @param low the minimum; `high` is the maximum. */
export const integer = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine((value) => value >= low && value <= high, `must be a whole number from ${low} to ${high}`);

/** Whether the client can use the URL: it has a host, and its path is at most a database number. */
export function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, username, password } = new URL(text);
  return (
    ['redis:', 'rediss:'].includes(protocol) &&
    hostname !== '' &&
    /^(\/\d*)?$/.test(pathname) &&
    [username, password].every(isDecodable)
  );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
