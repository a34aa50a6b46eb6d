import { randomUUID } from 'node:crypto';

/*
 * JSON that this program passes on as it was written. A value that was parsed and written again is another text: numbers
 * lose digits, names that are integers move to the front, and `1.0` becomes `1`.
 */

/** A JSON value as a text, which `renderJson` writes as it is. */
export class JsonText {
  readonly text: string;

  /** @param text valid JSON. */
  constructor(text: string) {
    this.text = text;
  }

  /** Called by JSON.stringify. */
  toJSON(): unknown {
    if (!rendering) return JSON.parse(this.text) as unknown;
    return `${PLACEHOLDER}${rendering.push(this.text) - 1}`;
  }
}

/** Stands for a text while the value that it is in is rendered. It never leaves the process, so no user can write it. */
const PLACEHOLDER = `json ${randomUUID()} `;
const PLACEHOLDERS = new RegExp(`"${PLACEHOLDER}(\\d+)"`, 'g');

/** The texts of the value that is being rendered. */
let rendering: string[] | undefined;

/**
 * Renders a value as JSON, and each JsonText in it as it is.
 * @param indent of each level, in blanks; absent: all in one line.
 */
export function renderJson(value: unknown, indent?: number): string {
  const texts: string[] = [];
  rendering = texts;
  try {
    const rendered = JSON.stringify(value, null, indent);
    return texts.length === 0
      ? rendered
      : rendered.replace(PLACEHOLDERS, (_whole, index: string) => texts[Number(index)] ?? '');
  } finally {
    rendering = undefined;
  }
}

/** The tokens of JSON. What is between them is white space. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * Returns a member's value of a JSON object as it is written, without the white space between its tokens; undefined where
 * there is none. Of several with the same name the last one counts, as for JSON.parse.
 * @param json valid JSON of an object.
 */
export function sourceOf(json: string, name: string): string | undefined {
  let isName = true;
  let value: string[] | undefined;
  let found: string[] | undefined;
  for (const { token, depth } of tokensOf(json)) {
    if (depth > 1) value?.push(token);
    else if (token === ',') {
      isName = true;
      value = undefined;
    } else if (depth === 1 && isName) {
      isName = false;
      if (JSON.parse(token) === name) found = value = [];
    } else if (depth === 1 && token !== ':') value?.push(token);
  }
  return found?.join('');
}

/** The tokens of a JSON text, each with the number of objects and arrays around it. A brace is outside of what it encloses. */
function* tokensOf(json: string): Generator<{ readonly token: string; readonly depth: number }> {
  let depth = 0;
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '}' || token === ']') depth -= 1;
    yield { token, depth };
    if (token === '{' || token === '[') depth += 1;
  }
}
