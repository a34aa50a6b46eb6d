import { randomBytes } from 'node:crypto';

/** The texts and credentials of people. Each of them can be recognised anywhere. */
export class Secrets {
  readonly #all = new Map<string, string>();

  /** Makes a secret that only its owner may read: letters and digits, which no encoding changes. */
  make(name: string): string {
    const secret = `zq${randomBytes(8).toString('hex')}`;
    this.#all.set(name, secret);
    return secret;
  }

  /** Adds a token, of which no part may be logged except its header, which all tokens have in common. */
  keep(token: string): string {
    const [, payload = '', signature = ''] = token.split('.');
    this.#all
      .set(`token ${this.#all.size}, payload`, payload)
      .set(`token ${this.#all.size}, signature`, signature);
    return token;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Returns the names of the secrets in a text, with the characters before each. */
  foundIn(text: string): string[] {
    return [...this.#all].flatMap(([name, secret]) => {
      const at = text.indexOf(secret);
      return at === -1 ? [] : [`${name}: ${text.slice(Math.max(0, at - 300), at + secret.length)}`];
    });
  }
}
