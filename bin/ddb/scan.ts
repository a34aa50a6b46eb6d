import { styleText } from 'node:util';
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { meterCapacity } from '../../backend/table/capacity-meter.ts';
import { KEY_ATTRIBUTES } from '../../schema/table.ts';
import {
  addNotes,
  command,
  parseLimit,
  prodArgument,
  runAsProgram,
  UNITS_NOTE,
  type Script,
} from '../../cli/command.ts';
import { say, screenWidth, type Output } from '../../cli/screen.ts';
import { cutText, oneLine } from '../../cli/text-width.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';
import { presentUsage } from '../../cli/present-numbers.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 999_999_999;
/** Maximum items per request: it is small, so that the first items are printed soon. */
const PAGE_ITEMS = 1_000;

interface Options extends ConnectionOptions {
  readonly limit: number;
  readonly json?: boolean;
}

type Item = Readonly<Record<string, unknown>>;

/** Prints items one by one, so that their number is not limited by memory. */
interface ItemPrinter {
  item(item: Item): void;
  end(): void;
}

/** The command line of `bin/ddb/scan`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(streams, 'scan', 'Prints the items of the table, in the order of its partitions.', [
        './bin/ddb/scan --limit 5',
        './bin/ddb/scan --json > items.json',
      ]),
    )
      .addArgument(prodArgument())
      .option('--limit <n>', 'how many items to print', parseLimit(MAX_LIMIT), DEFAULT_LIMIT)
      .option('--json', 'print a JSON array, one item a line')
      .action((prod: string | undefined, { limit, json, ...options }: Options) =>
        withConnection(options, prod, async ({ client, table, where }) => {
          const printer = json ? new JsonPrinter(streams.stdout) : new BlockPrinter(streams.stdout);
          let found = { printed: 0, more: false };
          const usage = await meterCapacity(client).measure(async () => {
            found = await scan(client, table.name, limit, printer);
          });
          printer.end();
          const items = found.printed === 0 ? `table ${table.name} at ${where} is empty` : countText(found);
          say(json ? streams.stderr : streams.stdout, `${items}; ${presentUsage(usage)}`);
        }),
      ),
    UNITS_NOTE,
  );

function countText({ printed, more }: { printed: number; more: boolean }): string {
  const items = `${printed.toLocaleString('en')} ${printed === 1 ? 'item' : 'items'}`;
  return more ? `${items}, and there are more (--limit)` : items;
}

/** Prints items up to the limit. It reads one more, to know whether there are more. */
async function scan(client: DynamoDBClient, TableName: string, limit: number, printer: ItemPrinter) {
  const pageSize = Math.min(limit + 1, PAGE_ITEMS);
  let printed = 0;
  for await (const { Items = [] } of paginateScan({ client, pageSize }, { TableName })) {
    for (const item of Items) {
      if (printed === limit) return { printed, more: true };
      printer.item(readItem(item));
      printed += 1;
    }
  }
  return { printed, more: false };
}

/** Orders an item's attributes: the key first, then the others by name. DynamoDB keeps them in no order. */
function readItem(stored: Record<string, AttributeValue>): Item {
  const item = unmarshall(stored, { wrapNumbers: exactNumber });
  const { pk, sk } = KEY_ATTRIBUTES;
  const names = Object.keys(item).sort();
  const ordered = [pk, sk, ...names.filter((name) => name !== pk && name !== sk)];
  return Object.fromEntries(ordered.filter((name) => name in item).map((name) => [name, item[name]]));
}

/** DynamoDB's numbers have 38 digits: a number that a double would change is printed as text. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

/** Prints sets as arrays, and bytes as Base64. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part instanceof Set) return Array.from<unknown>(part);
    return part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part;
  });
}

class JsonPrinter implements ItemPrinter {
  readonly #output: Output;
  #any = false;

  constructor(output: Output) {
    this.#output = output;
  }

  item(item: Item): void {
    this.#output.write(`${this.#any ? ',' : '['}\n${toJson(item)}`);
    this.#any = true;
  }

  end(): void {
    this.#output.write(this.#any ? '\n]\n' : '[]\n');
  }
}

/** Prints a paragraph for each item: its whole key, and each other attribute on a line that fits the terminal. */
class BlockPrinter implements ItemPrinter {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  item(item: Item): void {
    const { pk, sk } = KEY_ATTRIBUTES;
    const rest = Object.entries(item).filter(([name]) => name !== pk && name !== sk);
    const label = Math.max(0, ...rest.map(([name]) => name.length));
    const key = [item[pk], item[sk]].filter((part) => part !== undefined).map(shown);
    const lines = rest.map(([name, value]) =>
      cutText(`  ${oneLine(name).padEnd(label)}  ${shown(value)}`, screenWidth(this.#output)),
    );
    const title = styleText('bold', key.join('  '), { stream: this.#output });
    say(this.#output, title);
    this.#output.write(`${lines.map((line) => `${line}\n`).join('')}\n`);
  }

  end(): void {
    // The last paragraph is complete.
  }
}

/** Formats a value. For bytes, which are encrypted texts, it prints their number. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `(encrypted, ${value.length} bytes)`;
  return oneLine(typeof value === 'string' ? value : toJson(value));
}

await runAsProgram(import.meta.url, script);
