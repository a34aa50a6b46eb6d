import { TransactWriteCommand, UpdateCommand, type UpdateCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { LogEntry, Message } from '../domain/model.ts';
import { messageKey } from '../../schema/keys.ts';
import { conditionalTransaction, conditionalWrite } from './condition.ts';
import type { StoredContent } from './encryption/text-encryption.ts';
import { readEntry } from './items.ts';
import { type Mentions, mentionTargets, mentionWrites, type TransactItem } from './mention-store.ts';
import type { MessageCodec } from './message-codec.ts';
import type { MessageStore } from './message-store.ts';
import { CONFLICT, retryOnConflict } from './retry-on-conflict.ts';
import type { Table } from './table.ts';

/** An author's new text for a message. */
export interface MessageEdit {
  readonly userId: string;
  readonly text: string;
  /** Whom the new text mentions. */
  readonly mentions: Mentions;
  readonly editedAt: string;
}

/** The outcome of an edit or a deletion, with the message as it is now; undefined where there is no message. */
export type ChangeOutcome =
  | { readonly changed: true; readonly message: Message }
  | { readonly changed: false; readonly message: Message | undefined };

/** An edit of a message that others change meanwhile: a failed write returns it as it is then. */
const EDITING = {
  attempts: 10,
  busy: 'This message changes faster than it can be written.',
  firstAtOnce: true,
};

/** Edits and deletions of messages: each raises the message's `rev`, and its seq stays. */
export class RevisionStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;
  readonly #messages: Pick<MessageStore, 'find'>;

  constructor(table: Table, codec: MessageCodec, messages: Pick<MessageStore, 'find'>) {
    this.#table = table;
    this.#codec = codec;
    this.#messages = messages;
  }

  /**
   * Gives a message another text, if it is the author's own, a text, not deleted, and has a different text. Between the
   * request and the write another edit or a deletion may come: an edit follows the one before it, a deletion wins.
   * 1 W for each KB. With encryption no condition can compare texts: the message is read first (1 R for each 4 KB).
   *
   * With mentions in the new text it is read first too, and the write is on the condition that nothing changed it since:
   * so the items of its mentions, which are written in one transaction with it, are those of its last text, however many
   * edits come at once. 2 W for each KB and each item. Where only the old text has mentions, an attempt without them fails first.
   *
   * The time of the edit is part of the condition: each edit is later than the one before it. So the SDK's repeat of an
   * edit whose answer was lost fails, also where another edit came in between. If the first attempt failed because an
   * edit of another process has a later time, the edit is made with the time right after that.
   * @throws TextKeysUnavailableError before anything is stored; BusyError where the message keeps changing.
   */
  async edit(groupId: string, seq: number, edit: MessageEdit): Promise<ChangeOutcome> {
    let { editedAt } = edit;
    const isReadFirst = this.#codec.hasKeys || hasMentions(edit.mentions);
    let existing = isReadFirst ? await this.#messages.find(groupId, seq) : undefined;
    return retryOnConflict(EDITING, async (attempt) => {
      const isKnown = isReadFirst || attempt > 0;
      if (isKnown && !isEditable(existing, edit)) return { changed: false, message: existing };
      const content = await this.#codec.encodeText({ groupId, seq, user_uuid: edit.userId }, edit.text);
      const write = this.#editOf({ ...edit, editedAt }, content);
      const outcome = await this.#revise({ groupId, seq }, write, existing, edit.mentions);
      if (outcome.stored) {
        // The very bytes that were encrypted here need not be decrypted again.
        return { changed: true, message: await this.#codec.decodeOne({ ...outcome.entry, ...content }) };
      }
      existing = outcome.entry && (await this.#codec.decodeOne(outcome.entry));
      if (outcome.repeated || !isEditable(existing, edit)) return { changed: false, message: existing };
      editedAt = laterThan(existing, editedAt);
      return CONFLICT;
    });
  }

  /**
   * Makes a tombstone of a message: the text, its mentions, its own data, its files and what it replied to are gone, the seq and
   * the sender's key stay. The files' objects are deleted by what follows the stream. Only of a text that is not deleted yet, and of the author's own unless `anyones`. 1 W for each KB that it had; with
   * mentions 1 W for an attempt without them, then 2 W for each KB and each item.
   */
  async delete(
    groupId: string,
    seq: number,
    deletion: { readonly userId: string; readonly anyones: boolean; readonly deletedAt: string },
  ): Promise<ChangeOutcome> {
    const { userId, anyones, deletedAt } = deletion;
    const write: Revision = {
      set: { message: null, deleted_at: deletedAt },
      remove: ['preview', 'reply_to', 'data', 'attachments', 'attachment_names'],
      condition: anyones ? IS_LIVE_TEXT : `${IS_LIVE_TEXT} AND ${IS_OWN}`,
      values: anyones ? {} : { ':user': userId },
    };
    let existing: Message | undefined;
    return retryOnConflict(EDITING, async () => {
      const outcome = await this.#revise({ groupId, seq }, write, existing);
      if (outcome.stored) return { changed: true, message: await this.#codec.decodeOne(outcome.entry) };
      existing = outcome.entry && (await this.#codec.decodeOne(outcome.entry));
      const mayDelete = existing?.kind === 'text' && (anyones || existing.user_uuid === userId);
      if (!mayDelete || existing?.deleted_at !== undefined) return { changed: false, message: existing };
      return CONFLICT;
    });
  }

  #editOf({ userId, editedAt }: MessageEdit, { message, preview }: StoredContent): Revision {
    const isAnother = this.#codec.hasKeys ? '' : ` AND ${TEXT_IS_ANOTHER}`;
    return {
      set: { message, edited_at: editedAt, ...(preview && { preview }) },
      remove: preview ? [] : ['preview'],
      condition: `${IS_LIVE_TEXT} AND ${IS_OWN} AND ${EDIT_IS_LATER}${isAnother}`,
      values: { ':user': userId },
    };
  }

  /**
   * Writes a revision, with the items of mentions that change by it. Without a mention before and after it, one update on
   * the condition that the message has none; otherwise on the condition that it is the one that was read.
   * @param existing as it was read; undefined: unknown.
   * @param mentions after the revision.
   */
  async #revise(
    place: Pick<LogEntry, 'groupId' | 'seq'>,
    revision: Revision,
    existing: Message | undefined,
    mentions: Mentions = {},
  ): Promise<UpdateOutcome> {
    if (!existing || !(hasMentions(existing) || hasMentions(mentions))) {
      return this.#update(updateOf(this.#table.name, place, revision, { condition: HAS_NO_MENTIONS }));
    }
    const { mentions: list, mentions_all: all } = mentions;
    const withMentions = {
      ...revision,
      set: { ...revision.set, ...(list && { mentions: list }), ...(all && { mentions_all: all }) },
      remove: [...revision.remove, ...(list ? [] : ['mentions']), ...(all ? [] : ['mentions_all'])],
    };
    const update = updateOf(this.#table.name, place, withMentions, {
      condition: IS_AS_READ,
      values: { ':rev': existing.rev },
    });
    const items = mentionWrites(this.#table.name, place, { before: existing, after: mentions });
    if (items.length === 0) return this.#update(update);
    const TransactItems = [{ Update: update }, ...items];
    const outcome = await conditionalTransaction(
      this.#table.send(new TransactWriteCommand({ TransactItems })),
    );
    if (outcome.stored) return { stored: true, entry: revised(this.#codec.entryOf(existing), withMentions) };
    return { stored: false, entry: readEntry(outcome.items[0]?.existing), repeated: outcome.repeated };
  }

  async #update(update: TransactUpdate): Promise<UpdateOutcome> {
    const outcome = await conditionalWrite<object, UpdateCommandOutput>(
      this.#table.send(new UpdateCommand({ ...update, ReturnValues: 'ALL_NEW' })),
    );
    const entry = readEntry(outcome.stored ? outcome.answer.Attributes : outcome.existing);
    if (outcome.stored && entry) return { stored: true, entry };
    return { stored: false, entry, repeated: !outcome.stored && outcome.repeated === true };
  }
}

/** What a write makes of a message. It also raises the message's rev. */
interface Revision {
  readonly set: Partial<LogEntry>;
  readonly remove: readonly string[];
  readonly condition: string;
  /** Of the condition. */
  readonly values: Readonly<Record<string, unknown>>;
}

type TransactUpdate = NonNullable<TransactItem['Update']>;

function updateOf(
  TableName: string,
  { groupId, seq }: Pick<LogEntry, 'groupId' | 'seq'>,
  { set, remove, condition, values }: Revision,
  also: { readonly condition: string; readonly values?: Readonly<Record<string, unknown>> },
): TransactUpdate {
  const names = Object.keys(set);
  // `data` is among DynamoDB's reserved words.
  const removed = Object.fromEntries(remove.map((name) => [`#${name}`, name]));
  const removes = remove.length > 0 ? `REMOVE ${Object.keys(removed).join(', ')}` : '';
  return {
    TableName,
    Key: messageKey(groupId, seq),
    UpdateExpression: `SET ${names.map((name) => `${name} = :new_${name}`).join(', ')} ${removes} ADD rev :one`,
    ConditionExpression: `${condition} AND ${also.condition}`,
    ...(remove.length > 0 && { ExpressionAttributeNames: removed }),
    ExpressionAttributeValues: {
      ':kind': 'text',
      ':one': 1,
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:new_${name}`, value])),
      ...values,
      ...also.values,
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** The message after a transaction, which returns none: nothing else changed it since it was read. */
function revised(entry: LogEntry, { set, remove }: Revision): LogEntry {
  const kept = Object.entries(entry).filter(([name]) => !remove.includes(name));
  return { ...(Object.fromEntries(kept) as unknown as LogEntry), ...set, rev: entry.rev + 1 };
}

type UpdateOutcome =
  | { readonly stored: true; readonly entry: LogEntry }
  | { readonly stored: false; readonly entry: LogEntry | undefined; readonly repeated: boolean };

const IS_LIVE_TEXT = 'kind = :kind AND attribute_not_exists(deleted_at)';
const IS_OWN = 'user_uuid = :user';
const TEXT_IS_ANOTHER = 'message <> :new_message';
const EDIT_IS_LATER = '(attribute_not_exists(edited_at) OR edited_at < :new_edited_at)';
const HAS_NO_MENTIONS = 'attribute_not_exists(mentions) AND attribute_not_exists(mentions_all)';
const IS_AS_READ = 'rev = :rev';

const hasMentions = (message: Mentions): boolean => mentionTargets(message).length > 0;

/** Whether the author may still give a message this text, and it is another one. */
function isEditable(message: Message | undefined, { userId, text }: MessageEdit): message is Message {
  if (message?.kind !== 'text' || message.user_uuid !== userId) return false;
  return message.deleted_at === undefined && (message.unreadable === true || message.message !== text);
}

/** The time of an edit that follows the one in the message. */
function laterThan({ edited_at }: Message, at: string): string {
  if (edited_at === undefined || edited_at < at) return at;
  return new Date(Date.parse(edited_at) + 1).toISOString();
}
