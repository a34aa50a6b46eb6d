import type { AttachedFile, Attachment } from '../../../client/src/index.ts';
import { wordsFor } from '../api/wording.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Name } from '../ui/name.tsx';
import { DownloadIcon, FileIcon } from './file-icons.tsx';
import { isPicture, pictureBox } from './file-layout.ts';
import { useDownload, usePictureUrl } from './file-urls.ts';
import { fileLabel, kindWords, sizeWords } from './file-words.ts';

/** Where stored files are, and what a press on a picture does. */
interface Stored {
  readonly uuid: string;
  readonly seq: number;
  /** Whether the Tab key leads to them. */
  readonly isTabStop: boolean;
  readonly onOpen: (id: string) => void;
}

export interface FilesProps {
  readonly files: readonly AttachedFile[];
  /** Absent while the message is being sent. */
  readonly stored?: Stored;
}

/** The files of a message: pictures in a grid whose space is reserved, and a card for each other file. */
export function MessageFiles({ files, stored }: FilesProps) {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return (
    <div className="files">
      {pictures.length > 0 && (
        <ul
          className="pictures"
          aria-label={pictures.length === 1 ? '1 picture' : `${pictures.length} pictures`}
        >
          {pictures.map((file) => (
            <li key={file.id} className="picture" style={pictures.length === 1 ? boxStyle(file) : undefined}>
              {stored ? <Picture file={file} {...stored} /> : <Waiting file={file} />}
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul className="file-cards" aria-label={others.length === 1 ? '1 file' : `${others.length} files`}>
          {others.map((file) => (
            <li key={file.id}>{stored ? <Card file={file} {...stored} /> : <WaitingCard file={file} />}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function boxStyle(file: AttachedFile) {
  const { width, height } = pictureBox(file);
  return { width, aspectRatio: `${width} / ${height}` };
}

/** A picture, which opens in full. One that cannot be shown, whatever its type says, can still be saved. */
function Picture({ file, ...stored }: Stored & { readonly file: AttachedFile }) {
  const { uuid, seq, isTabStop, onOpen } = stored;
  const picture = usePictureUrl({ uuid, seq, id: file.id });
  if (picture.isFailed) return <Card file={file} {...stored} />;
  return (
    <button
      type="button"
      className="picture-button"
      data-loaded={picture.isLoaded}
      aria-label={`Open picture ${isolateName(file.name)}`}
      title={file.name}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => onOpen(file.id)}
    >
      {picture.url !== undefined && (
        <img
          src={picture.url}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={picture.onLoad}
          onError={picture.onError}
        />
      )}
    </button>
  );
}

/** A picture that is being sent. */
function Waiting({ file }: { readonly file: AttachedFile }) {
  return (
    <span className="picture-button">
      <span className="for-screen-readers">{fileLabel(file)}</span>
    </span>
  );
}

/** A file, which a press saves. */
function Card(props: Stored & { readonly file: AttachedFile }) {
  const { file, uuid, seq, isTabStop } = props;
  const { download, isBusy, error } = useDownload({ uuid, seq, id: file.id }, file.name);
  return (
    <>
      <button
        type="button"
        className="file-card"
        aria-busy={isBusy}
        title={file.name}
        tabIndex={isTabStop ? 0 : -1}
        onClick={() => void (isBusy || download())}
      >
        <span className="for-screen-readers">Download </span>
        <CardContent file={file} />
        <DownloadIcon />
      </button>
      {error !== undefined && (
        <p className="file-problem" role="alert">
          {wordsFor(error)}
        </p>
      )}
    </>
  );
}

function WaitingCard({ file }: { readonly file: AttachedFile }) {
  return (
    <p className="file-card">
      <CardContent file={file} />
    </p>
  );
}

function CardContent({ file }: { readonly file: Pick<Attachment, 'name' | 'type' | 'size'> }) {
  return (
    <>
      <FileIcon />
      <span className="file-text">
        <span className="file-name">
          <Name>{file.name}</Name>
        </span>
        <span className="for-screen-readers">, </span>
        <span className="file-kind">{`${kindWords(file)}, ${sizeWords(file.size)}`}</span>
      </span>
    </>
  );
}
