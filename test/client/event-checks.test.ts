import { describe, expect, it } from '@jest/globals';
import type { oas31 } from 'zod-openapi';
import { parseEvent } from '../../client/src/stream/events.ts';
import { eventChecks } from '../../local/event-checks.ts';
import { apiDescription } from '../support/openapi.ts';
import { textMessage } from './messages.ts';

/* The checks of events are generated from the OpenAPI document. That the generated file is up to date: test/http/openapi.test.ts. */

type Schemas = Readonly<Record<string, oas31.SchemaObject>>;

/** Generates the checks of one schema, on one line. */
function generated(schemas: Schemas, name: string): string {
  const document = { openapi: '3.1.0', info: { title: '', version: '' }, components: { schemas } } as const;
  return eventChecks(document, [name]).replaceAll('\n', ' ');
}

describe('The generator', () => {
  it('writes a check for each attribute, and knows which are required', () => {
    const pin: oas31.SchemaObject = {
      type: 'object',
      properties: { seq: { type: 'integer', minimum: 1 }, note: { type: ['string', 'null'], maxLength: 9 } },
      required: ['seq'],
      additionalProperties: false,
    };
    expect(generated({ Pin: pin }, 'Pin')).toContain(
      'export const pin = is.object({ "seq": is.int(), "note": is.optional(is.nullable(is.string())) });',
    );
  });

  it('writes checks of arrays, maps, constants and alternatives', () => {
    const reactions: oas31.SchemaObject = {
      type: 'object',
      properties: {
        users: { type: 'array', items: { type: 'string' } },
        counts: { type: 'object', additionalProperties: { type: 'integer' } },
        data: { type: 'object' },
        all: { const: true },
        by: { enum: ['me', 'others'] },
        size: { anyOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'null' }] },
      },
      required: ['users', 'counts', 'data', 'all', 'by', 'size'],
    };
    expect(generated({ Reactions: reactions }, 'Reactions')).toContain(
      '{ "users": is.array(is.string()), "counts": is.record(is.int()), "data": is.object({}), ' +
        '"all": is.literals(true), "by": is.literals("me", "others"), ' +
        '"size": is.nullable(is.union(is.number(), is.boolean())) }',
    );
  });

  it('declares a schema before the schemas that refer to it', () => {
    const schemas: Schemas = {
      Group: { type: 'object', properties: { owner: { $ref: '#/components/schemas/User' } } },
      User: { type: 'string' },
    };
    expect(generated(schemas, 'Group')).toMatch(/ const user = is\.string\(\); +export const group = /);
  });

  it('rejects what it cannot write a check for', () => {
    const self: oas31.SchemaObject = { type: 'array', items: { $ref: '#/components/schemas/Tree' } };
    expect(() => generated({ Tree: self }, 'Tree')).toThrow('the schema refers to itself: Tree > Tree');
    expect(() => generated({ Both: { allOf: [{ type: 'string' }] } }, 'Both')).toThrow('Both has allOf');
    expect(() => generated({}, 'None')).toThrow('the document has no schema None');
  });
});

const group = {
  ...{
    uuid: 'g',
    kind: 'group',
    name: 'Moths',
    display_name: 'Moths',
    handle: null,
    message: null,
    mentions: [],
  },
  ...{ created_at: '2026-01-01T00:00:00.000Z', last_seq: 1, read_seq: 0, unread_count: 1, mention_count: 1 },
  ...{ last_by: 'ada', last_by_name: 'Ada', last_kind: 'text', member_count: 2, unreadable: true },
  ...{ visibility: 'public', data: { topic: 'moths' } },
  ...{ muted: 'none', favourite: false, archived: false, marked_unread: true },
};
const added = { reactions: [{ emoji: '👍', count: 2, reacted: true }], pinned: false };
const common = { ...textMessage({ seq: 1, client_key: 'a' }), ...added, unreadable: true };
const original = {
  ...{ seq: 1, user_uuid: 'ada', handle: 'ada', display_name: 'Ada' },
  ...{ message: 'Hello', unreadable: true, mentions: [], deleted: false },
};
const text = { ...common, text: 'Hello', reply_to: original, data: { shade: 'dusk' } };
/** What a system message reports: undefined when it is of a later version of the API. */
const report = { event: { type: 'group_created', name: 'Moths' } };

describe.each([
  ['TextMessage', 'message', text],
  ['SystemMessage', 'message', { ...common, kind: 'system', ...report }],
  ['MessageGroup', 'message_group', group],
])('The check of a %s', (schemaName, event, valid) => {
  const schema: oas31.SchemaObject = { ...apiDescription().document.components?.schemas?.[schemaName] };
  const names = Object.keys(schema.properties ?? {});
  const checked = (name: string) => !(name in report);
  const isAccepted = (values: object): boolean => {
    try {
      return parseEvent(event, JSON.stringify(values)) !== undefined;
    } catch {
      return false;
    }
  };

  it('accepts a value that has every attribute of the OpenAPI document', () => {
    expect(Object.keys(valid).toSorted()).toEqual(names.toSorted());
    expect(isAccepted(valid)).toBe(true);
  });

  it('rejects a value without a required attribute', () => {
    const without = (name: string) => ({ ...valid, [name]: undefined });
    expect(schema.required?.filter(checked).filter((name) => isAccepted(without(name)))).toEqual([]);
  });

  it('rejects a value with an attribute of another type', () => {
    // No attribute is a list of lists.
    const withLists = (name: string) => ({ ...valid, [name]: [[]] });
    expect(names.filter(checked).filter((name) => isAccepted(withLists(name)))).toEqual([]);
  });
});
