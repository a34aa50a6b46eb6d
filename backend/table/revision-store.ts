import { UpdateCommand, type UpdateCommandInput, type UpdateCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { LogEntry, Message } from '../domain/model.ts';
import { messageKey } from '../../schema/keys.ts';
import { conditionalWrite } from './condition.ts';
import type { StoredContent } from './encryption/text-encryption.ts';
import { readEntry } from './items.ts';
import type { MessageCodec } from './message-codec.ts';
import type { MessageStore } from './message-store.ts';
import { CONFLICT, retryOnConflict } from './retry-on-conflict.ts';
import type { Table } from './table.ts';

/** An author's new text for a message. */
export interface MessageEdit {
  readonly userId: string;
  readonly text: string;
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
   * The time of the edit is part of the condition: each edit is later than the one before it. So the SDK's repeat of an
   * edit whose answer was lost fails, also where another edit came in between. If the first attempt failed because an
   * edit of another process has a later time, the edit is made with the time right after that.
   * @throws TextKeysUnavailableError before anything is stored; BusyError where the message keeps changing.
   */
  async edit(groupId: string, seq: number, edit: MessageEdit): Promise<ChangeOutcome> {
    let { editedAt } = edit;
    let existing = this.#codec.hasKeys ? await this.#messages.find(groupId, seq) : undefined;
    return retryOnConflict(EDITING, async () => {
      if (this.#codec.hasKeys && !isEditable(existing, edit)) return { changed: false, message: existing };
      const content = await this.#codec.encodeText({ groupId, seq, user_uuid: edit.userId }, edit.text);
      const outcome = await this.#edit(groupId, seq, { ...edit, editedAt }, content);
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
   * Makes a tombstone of a message: the text is gone, the seq and the sender's key stay. Only of a text that is not
   * deleted yet, and of the author's own unless `anyones`. 1 W for each KB that it had.
   */
  async delete(
    groupId: string,
    seq: number,
    deletion: { readonly userId: string; readonly anyones: boolean; readonly deletedAt: string },
  ): Promise<ChangeOutcome> {
    const { userId, anyones, deletedAt } = deletion;
    const { stored, entry } = await this.#update(groupId, seq, {
      UpdateExpression: 'SET message = :nothing, deleted_at = :at REMOVE preview ADD rev :one',
      ConditionExpression: anyones ? IS_LIVE_TEXT : `${IS_LIVE_TEXT} AND ${IS_OWN}`,
      ExpressionAttributeValues: {
        ':kind': 'text',
        ':nothing': null,
        ':at': deletedAt,
        ':one': 1,
        ...(!anyones && { ':user': userId }),
      },
    });
    if (stored) return { changed: true, message: await this.#codec.decodeOne(entry) };
    return { changed: false, message: entry && (await this.#codec.decodeOne(entry)) };
  }

  async #edit(
    groupId: string,
    seq: number,
    edit: MessageEdit,
    { message, preview }: StoredContent,
  ): Promise<UpdateOutcome> {
    const isAnother = this.#codec.hasKeys ? '' : ` AND ${TEXT_IS_ANOTHER}`;
    return this.#update(groupId, seq, {
      UpdateExpression: `SET message = :text, edited_at = :at${preview ? ', preview = :preview' : ' REMOVE preview'} ADD rev :one`,
      ConditionExpression: `${IS_LIVE_TEXT} AND ${IS_OWN} AND ${EDIT_IS_LATER}${isAnother}`,
      ExpressionAttributeValues: {
        ':kind': 'text',
        ':user': edit.userId,
        ':text': message,
        ':at': edit.editedAt,
        ':one': 1,
        ...(preview && { ':preview': preview }),
      },
    });
  }

  async #update(
    groupId: string,
    seq: number,
    expression: Pick<
      UpdateCommandInput,
      'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
    >,
  ): Promise<UpdateOutcome> {
    const outcome = await conditionalWrite<object, UpdateCommandOutput>(
      this.#table.send(
        new UpdateCommand({
          TableName: this.#table.name,
          Key: messageKey(groupId, seq),
          ...expression,
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    const entry = readEntry(outcome.stored ? outcome.answer.Attributes : outcome.existing);
    if (outcome.stored && entry) return { stored: true, entry };
    return { stored: false, entry, repeated: !outcome.stored && outcome.repeated === true };
  }
}

type UpdateOutcome =
  | { readonly stored: true; readonly entry: LogEntry }
  | { readonly stored: false; readonly entry: LogEntry | undefined; readonly repeated: boolean };

const IS_LIVE_TEXT = 'kind = :kind AND attribute_not_exists(deleted_at)';
const IS_OWN = 'user_uuid = :user';
const TEXT_IS_ANOTHER = 'message <> :text';
const EDIT_IS_LATER = '(attribute_not_exists(edited_at) OR edited_at < :at)';

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
