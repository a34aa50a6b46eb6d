import { type RefObject, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { isolateName } from '../../../schema/isolate-name.ts';
import { wordsForCode } from '../api/wording.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { Name } from '../ui/name.tsx';
import { useReachable } from '../ui/use-reachable.ts';
import { AttachIcon, FileIcon, RetryIcon } from './file-icons.tsx';
import { kindWords, sizeWords } from './file-words.ts';
import { limitWords } from './new-file.ts';
import type { Tray, TrayFile } from './tray.ts';

export { trayOf } from './tray.ts';

/** Chooses files. While it is shown, files can also be pasted into the field, and dropped on the window. */
export function AttachButton({
  tray,
  field,
}: {
  readonly tray: Tray;
  readonly field: RefObject<HTMLElement | null>;
}) {
  const input = useRef<HTMLInputElement>(null);
  const { isSending } = useSyncExternalStore(tray.state.subscribe, tray.state.get);
  const add = (files: FileList): void => {
    if (!isSending) tray.add([...files]);
  };
  const isDropping = useFilesFrom(field, add);
  const { types } = tray.limits;
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Attach files"
        title={limitWords(tray.limits)}
        aria-disabled={isSending}
        onClick={() => isSending || input.current?.click()}
      >
        <AttachIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={types.includes('*/*') ? undefined : types.join(',')}
        onChange={(event) => {
          if (event.target.files) tray.add([...event.target.files]);
          // The same file can be chosen again.
          event.target.value = '';
          field.current?.focus();
        }}
      />
      {isDropping && <p className="drop-note">Drop files to attach them</p>}
    </>
  );
}

/** Takes files that are pasted or dropped. @returns whether files are over the window. */
function useFilesFrom(field: RefObject<HTMLElement | null>, add: (files: FileList) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const take = useEffectEvent(add);
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    field.current?.addEventListener(
      'paste',
      (event) => {
        const { clipboardData: data } = event;
        // Office programs add a picture to each text that they copy.
        if (!data || data.files.length === 0 || data.types.includes('text/plain')) return;
        event.preventDefault();
        take(data.files);
      },
      { signal },
    );
    const onDrag = (event: DragEvent): void => {
      const hasFiles = event.dataTransfer?.types.includes('Files') === true;
      if (!hasFiles) return;
      // Otherwise the browser would leave the page for the file.
      event.preventDefault();
      const isOpen = document.querySelector('[role=dialog]') === null;
      setIsOver(isOpen && event.type === 'dragover');
      if (isOpen && event.type === 'drop') take(event.dataTransfer.files);
    };
    for (const type of ['dragover', 'drop'] as const) window.addEventListener(type, onDrag, { signal });
    window.addEventListener('dragleave', ({ relatedTarget }) => relatedTarget ?? setIsOver(false), {
      signal,
    });
    return () => ended.abort();
  }, [field]);
  return isOver;
}

/** The files for the next message, above its field. */
export function TrayView({ tray }: { readonly tray: Tray }) {
  const { files, refusals, isSending } = useSyncExternalStore(tray.state.subscribe, tray.state.get);
  useReachable(() => tray.resume());
  return (
    <div className="tray">
      {files.length > 0 && (
        <ul className="tray-files" aria-label="Files to send">
          {files.map((file) => (
            <TrayEntry
              key={file.key}
              file={file}
              onRetry={() => tray.retry(file.key)}
              onRemove={() => tray.remove(file.key)}
            />
          ))}
        </ul>
      )}
      <p className="tray-note" role="status">
        {progressWords(files, isSending)}
      </p>
      <div role="alert">
        {refusals.map((words) => (
          <p key={words} className="problem">
            {words}
          </p>
        ))}
      </div>
    </div>
  );
}

function progressWords(files: readonly TrayFile[], isSending: boolean): string {
  const uploading = files.filter(({ state }) => state === 'uploading').length;
  if (isSending && uploading > 0) return 'The message is sent as soon as its files are uploaded.';
  if (uploading > 0) return uploading === 1 ? 'Uploading 1 file' : `Uploading ${uploading} files`;
  return '';
}

function TrayEntry(props: {
  readonly file: TrayFile;
  readonly onRetry: () => void;
  readonly onRemove: () => void;
}) {
  const { file, onRetry, onRemove } = props;
  const { name, state, preview } = file;
  const isUploading = state === 'uploading';
  return (
    <li className="tray-file" data-state={state}>
      {preview ? <Preview of={preview} /> : <FileIcon />}
      <span className="file-text">
        <span className="file-name" title={name}>
          <Name>{name}</Name>
        </span>
        {isUploading ? (
          <progress aria-label={`Upload of ${isolateName(name)}`} value={file.progress} />
        ) : (
          <span className="file-kind">
            {state === 'failed'
              ? wordsForCode(file.problem ?? '')
              : `${kindWords(file)}, ${sizeWords(file.size)}`}
          </span>
        )}
      </span>
      {state === 'failed' && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Try ${isolateName(name)} again`}
          title="Try again"
          onClick={onRetry}
        >
          <RetryIcon />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={`${isUploading ? 'Cancel' : 'Remove'} ${isolateName(name)}`}
        title={isUploading ? 'Cancel' : 'Remove'}
        onClick={onRemove}
      >
        <CloseIcon />
      </button>
    </li>
  );
}

/** A canvas: the Content-Security-Policy allows no pictures that have no server. */
function Preview({ of: bitmap }: { readonly of: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => canvas.current?.getContext('2d')?.drawImage(bitmap, 0, 0), [bitmap]);
  return <canvas ref={canvas} className="tray-preview" width={bitmap.width} height={bitmap.height} />;
}
