import { ApiError } from '../../../client/src/index.ts';
import type { Upload } from '../api/file-calls.ts';

/**
 * Uploads a file with a signed form. XMLHttpRequest reports how far it has come, which `fetch` does not.
 * @param options.onProgress is called with the part that is uploaded, from 0 to 1.
 * @throws ApiError `unreachable`, or `attachment_not_uploaded` for a form that was refused; the reason of an abort.
 */
export function postForm(
  { url, fields }: Upload['upload'],
  content: Blob,
  { onProgress, signal }: { readonly onProgress: (part: number) => void; readonly signal: AbortSignal },
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', content);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total > 0 ? loaded / total : 0),
    );
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new ApiError(request.status, ['attachment_not_uploaded']));
    });
    request.addEventListener('error', () => reject(new ApiError(0, ['unreachable'])));
    signal.addEventListener('abort', () => {
      request.abort();
      reject(new ApiError(0, ['unreachable'], { cause: signal.reason }));
    });
    request.send(form);
  });
}
