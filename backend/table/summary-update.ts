import type { Summary } from '../domain/model.ts';
import { storedSummaryOf } from './items.ts';

/** A part of an update expression: the assignments of a summary, and what it removes. */
export interface SummaryUpdate {
  readonly sets: string;
  /** Empty, or a `REMOVE` clause. */
  readonly removes: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Writes a summary over another one. An attribute that the new one lacks is removed.
 * @param alsoRemoved other attributes that are removed with it.
 */
export function summaryUpdate(summary: Summary, alsoRemoved: readonly string[] = []): SummaryUpdate {
  const attributes = Object.entries(storedSummaryOf(summary));
  const names = new Set(attributes.map(([name]) => name));
  const absent = [...OPTIONAL.filter((name) => !names.has(name)), ...alsoRemoved];
  return {
    sets: attributes.map(([name]) => `${name} = :${name}`).join(', '),
    removes: absent.length > 0 ? `REMOVE ${absent.join(', ')}` : '',
    values: Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
  };
}

const OPTIONAL = ['last_n', 'last_deleted_seq', 'last_mention_seq', 'last_mentions'];

/**
 * The condition that an item's summary is the one that was read, in the log that was read. Every writer of a summary
 * raises one of these numbers.
 */
export function summaryIsUnchanged(seen: Summary & { readonly log_id: string }) {
  const { log_id, last_seq, last_rev, last_deleted_seq, last_mention_seq } = seen;
  return {
    condition: [
      'log_id = :seen_log AND last_seq = :seen_seq AND last_rev = :seen_rev',
      last_deleted_seq === undefined
        ? 'attribute_not_exists(last_deleted_seq)'
        : 'last_deleted_seq = :seen_deleted',
      last_mention_seq === undefined
        ? 'attribute_not_exists(last_mention_seq)'
        : 'last_mention_seq = :seen_mention',
    ].join(' AND '),
    values: {
      ':seen_log': log_id,
      ':seen_seq': last_seq,
      ':seen_rev': last_rev,
      ...(last_deleted_seq !== undefined && { ':seen_deleted': last_deleted_seq }),
      ...(last_mention_seq !== undefined && { ':seen_mention': last_mention_seq }),
    },
  };
}
