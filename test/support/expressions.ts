import { isDeepStrictEqual, types } from 'node:util';

/* DynamoDB's expressions, evaluated on an item: as much of them as the stores use. */

export type Item = Record<string, unknown>;

/** What an expression's names and values stand for. */
export interface Terms {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

const TOKEN = /\s*(<>|<=|>=|[<>=(),+-]|[#:]?\w+)/y;

/** Reads an expression from left to right, and evaluates it on the way. */
class Expression {
  readonly #tokens: string[] = [];
  readonly #item: Item;
  readonly #terms: Terms;

  constructor(text: string, item: Item, terms: Terms) {
    this.#item = item;
    this.#terms = terms;
    TOKEN.lastIndex = 0;
    for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw new TypeError(`the expression cannot be read: ${text}`);
      this.#tokens.push(token);
    }
  }

  get isAtEnd(): boolean {
    return this.#tokens.length === 0;
  }

  /** Takes the next token, if it is this one. */
  takes(token: string): boolean {
    if (this.#tokens[0]?.toUpperCase() !== token) return false;
    this.#tokens.shift();
    return true;
  }

  condition(): boolean {
    let holds = this.#conjunction();
    while (this.takes('OR')) holds = this.#conjunction() || holds;
    return holds;
  }

  /** An attribute's name. */
  name(): string {
    const token = this.#next();
    if (!token.startsWith('#')) return token;
    return given(this.#terms.ExpressionAttributeNames?.[token], token);
  }

  /** What an attribute is set to. */
  value(): unknown {
    let value = this.#operand();
    for (;;) {
      if (this.takes('+')) value = Number(value) + Number(this.#operand());
      else if (this.takes('-')) value = Number(value) - Number(this.#operand());
      else return value;
    }
  }

  #conjunction(): boolean {
    let holds = this.#negation();
    while (this.takes('AND')) holds = this.#negation() && holds;
    return holds;
  }

  #negation(): boolean {
    if (this.takes('NOT')) return !this.#negation();
    if (this.takes('(')) {
      const holds = this.condition();
      this.#expect(')');
      return holds;
    }
    if (this.takes('ATTRIBUTE_EXISTS')) return this.#inParentheses(() => this.#attribute()) !== undefined;
    if (this.takes('CONTAINS')) return this.#contains();
    if (this.takes('ATTRIBUTE_NOT_EXISTS')) return this.#inParentheses(() => this.#attribute()) === undefined;
    return this.#comparison();
  }

  /** Whether a set has an element. */
  #contains(): boolean {
    return this.#inParentheses(() => {
      const set = this.#attribute();
      this.#expect(',');
      const element = this.#operand();
      return types.isSet(set) && set.has(element);
    });
  }

  #comparison(): boolean {
    const left = this.#operand();
    if (this.takes('BETWEEN')) {
      const from = this.#operand();
      this.#expect('AND');
      const to = this.#operand();
      return compares(left, '>=', from) && compares(left, '<=', to);
    }
    return compares(left, this.#next(), this.#operand());
  }

  #operand(): unknown {
    if (this.takes('IF_NOT_EXISTS')) {
      return this.#inParentheses(() => {
        const known = this.#attribute();
        this.#expect(',');
        const other = this.#operand();
        return known ?? other;
      });
    }
    if (this.takes('SIZE')) {
      const sized = this.#inParentheses(() => this.#attribute());
      return types.isSet(sized) ? sized.size : String(sized).length;
    }
    const [token = ''] = this.#tokens;
    if (!token.startsWith(':')) return this.#attribute();
    this.#tokens.shift();
    return given(this.#terms.ExpressionAttributeValues?.[token], token);
  }

  #attribute(): unknown {
    return this.#item[this.name()];
  }

  #inParentheses<Result>(inner: () => Result): Result {
    this.#expect('(');
    const result = inner();
    this.#expect(')');
    return result;
  }

  #expect(token: string): void {
    if (!this.takes(token)) throw new TypeError(`${token} is expected instead of ${this.#tokens.join(' ')}`);
  }

  #next(): string {
    return given(this.#tokens.shift(), 'a token');
  }
}

/** Whether a condition holds for an item; it does where there is none. */
export function holds(condition: string | undefined, item: Item, terms: Terms): boolean {
  if (condition === undefined) return true;
  const expression = new Expression(condition, item, terms);
  const result = expression.condition();
  if (!expression.isAtEnd) throw new TypeError(`the condition cannot be read: ${condition}`);
  return result;
}

/** Returns an item after an update. All values are those of the item before it. */
export function updated(update: string, item: Item, terms: Terms): Item {
  const expression = new Expression(update, item, terms);
  const after = { ...item };
  let clause = '';
  while (!expression.isAtEnd) {
    clause = CLAUSES.find((one) => expression.takes(one)) ?? clause;
    const name = expression.name();
    switch (clause) {
      case 'SET':
        if (!expression.takes('=')) throw new TypeError(`the update cannot be read: ${update}`);
        after[name] = expression.value();
        break;
      case 'REMOVE':
        Reflect.deleteProperty(after, name);
        break;
      case 'ADD':
        after[name] = sum(item[name], expression.value());
        break;
      case 'DELETE':
        after[name] = difference(item[name], expression.value());
        if (after[name] === undefined) Reflect.deleteProperty(after, name);
        break;
      default:
        throw new TypeError(`the update cannot be read: ${update}`);
    }
    expression.takes(',');
  }
  return after;
}

const CLAUSES = ['SET', 'REMOVE', 'ADD', 'DELETE'];

function compares(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '=') return isDeepStrictEqual(left, right);
  if (operator === '<>') return !isDeepStrictEqual(left, right);
  if (typeof left !== typeof right || (typeof left !== 'string' && typeof left !== 'number')) return false;
  const order = left === right ? 0 : left < (right as typeof left) ? -1 : 1;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      throw new TypeError(`${operator} compares nothing`);
  }
}

function sum(before: unknown, added: unknown): unknown {
  // A copy comes from another context than Jest's: `instanceof` does not know its class.
  if (types.isSet(added)) return new Set([...(types.isSet(before) ? before : []), ...added]);
  return Number(before ?? 0) + Number(added);
}

/** A set without some of its elements; undefined where none is left: DynamoDB has no empty sets. */
function difference(before: unknown, taken: unknown): Set<unknown> | undefined {
  if (!types.isSet(before) || !types.isSet(taken)) return undefined;
  const left = [...before].filter((element) => !taken.has(element));
  return left.length === 0 ? undefined : new Set(left);
}

function given<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new TypeError(`${what} is missing in an expression`);
  return value;
}
