import { randomBytes } from 'node:crypto';

/** What people write and what they sign in with, each of which would be recognised wherever it stood. */
export class Secrets {
  readonly #all = new Map<string, string>();

  /** Something that nobody but its owner is to read: letters and digits, which no encoding changes. */
  make(name: string): string {
    const secret = `zq${randomBytes(8).toString('hex')}`;
    this.#all.set(name, secret);
    return secret;
  }

  /** A token, of which no part but its header, which all have in common, is to be seen. */
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

  /** The names of those that stand in a text, with what stands before each. */
  foundIn(text: string): string[] {
    return [...this.#all].flatMap(([name, secret]) => {
      const at = text.indexOf(secret);
      return at === -1 ? [] : [`${name}: ${text.slice(Math.max(0, at - 300), at + secret.length)}`];
    });
  }
}
