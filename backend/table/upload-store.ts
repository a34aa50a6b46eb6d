import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LogEntry, UploadedFile } from '../domain/model.ts';
import type { FileItem } from '../../schema/items.ts';
import { fileIdOf, fileKey } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './mention-store.ts';
import type { MessageCodec } from './message-codec.ts';
import type { Table } from './table.ts';

/** A time as `expires_at` has it: whole seconds since 1970. */
export const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1_000);

/** The message that a file was sent with, and its object. */
export type SentAt = Pick<FileItem, 'object' | 'group_uuid' | 'seq'>;

/** The files that users upload: an item each, until the file is deleted. */
export class UploadStore {
  readonly #table: Table;
  readonly #codec: MessageCodec;

  constructor(table: Table, codec: MessageCodec) {
    this.#table = table;
    this.#codec = codec;
  }

  /** Stores a new file. Its id is new, so nothing is replaced. 1 W. @throws TextKeysUnavailableError */
  async create({ id, name, ...file }: UploadedFile & { readonly name: string }): Promise<void> {
    const stored = await this.#codec.encodeFileName({ fileId: id, userId: file.user_uuid }, name);
    const Item: FileItem = { ...fileKey(id), ...file, name: stored };
    await this.#table.send(new PutCommand({ TableName: this.#table.name, Item }));
  }

  /**
   * Files, strongly read, in no order; those that are not there are left out. 1 R each. One whose name can never be
   * decrypted has none.
   * @param ids each once.
   * @throws TextKeysUnavailableError
   */
  async findMany(ids: readonly string[]): Promise<UploadedFile[]> {
    const files = (await this.#items(ids)).map(withId);
    const named = files.flatMap(({ id, file }) =>
      file.name === undefined ? [] : [{ fileId: id, userId: file.user_uuid, name: file.name }],
    );
    const names = await this.#codec.decodeFileNames(named);
    const nameOf = new Map(named.map(({ fileId }, place) => [fileId, names[place]]));
    return files.map(({ id, file: { name, ...file } }) => {
      const decoded = nameOf.get(id);
      return { id, ...file, ...(decoded !== undefined && { name: decoded }) };
    });
  }

  /** Where files were sent, by id, strongly read: for a sweep. A file that was not sent has no object. 1 R each. */
  async sentAt(ids: readonly string[]): Promise<ReadonlyMap<string, SentAt>> {
    return new Map((await this.#items(ids)).map(withId).map(({ id, file }) => [id, file]));
  }

  /** Deletes a file's item; one that is gone stays so. 1 W. */
  async delete(id: string): Promise<void> {
    await this.#table.send(new DeleteCommand({ TableName: this.#table.name, Key: fileKey(id) }));
  }

  async #items(ids: readonly string[]): Promise<FileItem[]> {
    const items = await batchGet(this.#table, ids.map(fileKey), true);
    return items.filter((item) => fileIdOf(item) !== undefined) as FileItem[];
  }
}

function withId({ pk, sk, ...file }: FileItem) {
  return { id: fileIdOf({ pk, sk }) ?? '', file };
}

/** A file can be sent by its uploader until it expires, and once: one that was sent has no `expires_at`. */
const CAN_BE_SENT = 'user_uuid = :user AND expires_at > :now';

/**
 * Marks the files of a message as sent: for the transaction that stores it. Two sends of a file may run at once, in one
 * group or two: the condition lets one of them be stored. 2 W each.
 */
export function fileWrites(TableName: string, entry: LogEntry): TransactItem[] {
  return (entry.attachments ?? []).map(({ id, object }) => ({
    Update: {
      TableName,
      Key: fileKey(id),
      UpdateExpression: 'SET #object = :object, group_uuid = :group, seq = :seq REMOVE #name, expires_at',
      ConditionExpression: CAN_BE_SENT,
      ExpressionAttributeNames: { '#object': 'object', '#name': 'name' },
      ExpressionAttributeValues: {
        ':object': object,
        ':group': entry.groupId,
        ':seq': entry.seq,
        ':user': entry.user_uuid,
        ':now': secondsOf(new Date(entry.created_at)),
      },
    },
  }));
}
