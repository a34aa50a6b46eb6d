/*
 * Checks of what comes from outside: events, messages of other tabs, and what was stored. A validation library would be more than half of the
 * package.
 *
 * A check returns the value as what it is, or throws. Attributes that a check does not list pass unchanged.
 */

/** Returns a value, checked. @throws TypeError */
export type Check<Value> = (value: unknown) => Value;

/** The check of an attribute that may be absent. */
interface OptionalCheck<Value> {
  readonly optional: Check<Value>;
}

type Shape = Readonly<Record<string, Check<unknown> | OptionalCheck<unknown>>>;
type RequiredNames<Of extends Shape> = {
  [Name in keyof Of]: Of[Name] extends Check<unknown> ? Name : never;
}[keyof Of];

type ObjectOf<Of extends Shape> = {
  [Name in RequiredNames<Of>]: Of[Name] extends Check<infer Value> ? Value : never;
} & {
  [Name in Exclude<keyof Of, RequiredNames<Of>>]?: Of[Name] extends OptionalCheck<infer Value>
    ? Value
    : never;
};

/** The values of some checks, as a union. */
type AnyOf<Checks extends readonly Check<unknown>[]> = ReturnType<Checks[number]>;

function satisfies<Value>(expected: string, test: (value: unknown) => value is Value): Check<Value> {
  return (value) => {
    if (!test(value)) throw new TypeError(`expected ${expected}`);
    return value;
  };
}

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const string = (): Check<string> => satisfies('a string', isString);
export const number = (): Check<number> => satisfies('a number', isNumber);
export const int = (): Check<number> => satisfies('an integer', isInteger);
export const boolean = (): Check<boolean> => satisfies('a boolean', isBoolean);
/** Any value that JSON has. */
export const unknown = (): Check<unknown> =>
  satisfies('a value', (value): value is unknown => value !== undefined);

/** One of some values. */
export function literals<const Values extends readonly (string | number | boolean | undefined | null)[]>(
  ...values: Values
): Check<Values[number]> {
  return satisfies(values.join(' or '), (value): value is Values[number] =>
    values.some((other) => other === value),
  );
}

export function nullable<Value>(check: Check<Value>): Check<Value | null> {
  return (value) => (value === null ? null : check(value));
}

/** An attribute that may be absent; it is not undefined. */
export function optional<Value>(check: Check<Value>): OptionalCheck<Value> {
  return { optional: check };
}

export function array<Value>(check: Check<Value>): Check<Value[]> {
  const list = satisfies('an array', Array.isArray);
  return (value) => list(value).map(check);
}

export function object<Of extends Shape>(shape: Of): Check<ObjectOf<Of>> {
  const attributes = Object.entries(shape);
  const whole = satisfies('an object', isObject);
  return (value) => {
    const checked = { ...whole(value) };
    for (const [name, check] of attributes) {
      const isRequired = typeof check === 'function';
      if (isRequired || name in checked) checked[name] = (isRequired ? check : check.optional)(checked[name]);
    }
    // Each attribute has been checked.
    return checked as ObjectOf<Of>;
  };
}

export function record<Value>(check: Check<Value>): Check<Record<string, Value>> {
  const whole = satisfies('an object', isObject);
  return (value) =>
    Object.fromEntries(Object.entries(whole(value)).map(([name, entry]) => [name, check(entry)]));
}

/** What the first of some checks accepts. */
export function union<Checks extends readonly Check<unknown>[]>(...checks: Checks): Check<AnyOf<Checks>> {
  return (value) => {
    for (const check of checks) {
      const result = attempted(check, value);
      if (result) return result.value as AnyOf<Checks>;
    }
    throw new TypeError('expected another value');
  };
}

/** The value, or undefined for one that the check rejects. */
export function known<Value>(check: Check<Value>): Check<Value | undefined> {
  return (value) => attempted(check, value)?.value;
}

function attempted<Value>(check: Check<Value>, value: unknown): { readonly value: Value } | undefined {
  try {
    return { value: check(value) };
  } catch {
    return undefined;
  }
}
