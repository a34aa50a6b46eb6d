import type { components, Http } from '../../../client/src/index.ts';
import { answer } from '../../../client/src/parts.ts';

/** A file that is about to be uploaded. */
export type NewFile = Pick<components['schemas']['Upload'], 'name' | 'type' | 'size' | 'width' | 'height'>;
/** An upload, as the API has signed it. */
export type Upload = components['schemas']['Upload'];
/** Where a file can be fetched for some minutes, without a token. */
export type Download = components['schemas']['Download'];

/** A file in a conversation. */
export interface FilePlace {
  readonly uuid: string;
  readonly seq: number;
  readonly id: string;
}

/** The calls about files. */
export function fileCalls({ GET, POST }: Http) {
  return {
    createUpload: (file: NewFile): Promise<Upload> => answer(POST('/api/attachments', { body: file })),
    findFile: ({ uuid, seq, id }: FilePlace): Promise<Download> =>
      answer(
        GET('/api/messages/{message_group_uuid}/{seq}/attachments/{id}', {
          params: { path: { message_group_uuid: uuid, seq, id }, query: { redirect: 'false' } },
        }),
      ),
  };
}
