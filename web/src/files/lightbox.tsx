import { Dialog, DialogDismiss } from '@ariakit/react/dialog';
import { type KeyboardEvent, useState } from 'react';
import type { AttachedFile, TextMessage } from '../../../client/src/index.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { wordsFor } from '../api/wording.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { Name } from '../ui/name.tsx';
import { stepOf } from '../ui/roving-focus.ts';
import { DownloadIcon, NextIcon } from './file-icons.tsx';
import { isPicture } from './file-layout.ts';
import { useDownload, usePictureUrl } from './file-urls.ts';

/** The pictures of a message, one at a time, as large as the window. Arrow keys lead to the others. */
export default function Lightbox(props: {
  readonly message: TextMessage;
  /** The id of the picture that is shown first. */
  readonly first: string;
  readonly onClose: () => void;
}) {
  const { message, first, onClose } = props;
  const pictures = message.attachments.filter(isPicture);
  const [shownId, setShownId] = useState(first);
  const place = pictures.findIndex(({ id }) => id === shownId);
  const shown = pictures[place];
  const move = (step: -1 | 1): void => {
    const next = pictures[place + step];
    if (next) setShownId(next.id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = stepOf(event.key, 'row');
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  };
  if (!shown) return null;
  return (
    <Dialog
      open
      onClose={onClose}
      className="lightbox"
      aria-label="Picture"
      backdrop={<div className="lightbox-backdrop" />}
      unmountOnHide
      onKeyDown={onKeyDown}
    >
      <header className="lightbox-head">
        <p className="lightbox-name" role="status">
          <Name>{shown.name}</Name>
          {pictures.length > 1 && <span>{` ${place + 1} of ${pictures.length}`}</span>}
        </p>
        <Save key={shown.id} message={message} file={shown} />
        <DialogDismiss className="icon-button" aria-label="Close" title="Close">
          <CloseIcon />
        </DialogDismiss>
      </header>
      <FullPicture key={shown.id} message={message} file={shown} />
      {pictures.length > 1 && (
        <>
          <Step label="Previous picture" isEnd={place === 0} onPress={() => move(-1)} />
          <Step label="Next picture" isEnd={place === pictures.length - 1} onPress={() => move(1)} />
        </>
      )}
    </Dialog>
  );
}

interface OfMessage {
  readonly message: TextMessage;
  readonly file: AttachedFile;
}

function FullPicture({ message, file }: OfMessage) {
  const { message_group_uuid: uuid, seq } = message;
  const picture = usePictureUrl({ uuid, seq, id: file.id });
  if (picture.isFailed)
    return (
      <p className="lightbox-picture" role="alert">
        This picture cannot be shown.{' '}
        <button type="button" className="link" onClick={picture.retry}>
          Try again
        </button>
      </p>
    );
  return (
    <div className="lightbox-picture" aria-busy={!picture.isLoaded}>
      {picture.url !== undefined && (
        <img
          src={picture.url}
          alt={isolateName(file.name)}
          width={file.width}
          height={file.height}
          onLoad={picture.onLoad}
          onError={picture.onError}
        />
      )}
    </div>
  );
}

function Save({ message, file }: OfMessage) {
  const { message_group_uuid: uuid, seq } = message;
  const { download, isBusy, error } = useDownload({ uuid, seq, id: file.id }, file.name);
  return (
    <>
      {error !== undefined && <span role="alert">{wordsFor(error)}</span>}
      <button
        type="button"
        className="icon-button"
        aria-label="Download"
        title="Download"
        aria-busy={isBusy}
        onClick={() => void (isBusy || download())}
      >
        <DownloadIcon />
      </button>
    </>
  );
}

/** At an end it stays, because a disabled button would lose the focus. */
function Step(props: { readonly label: string; readonly isEnd: boolean; readonly onPress: () => void }) {
  return (
    <button
      type="button"
      className="icon-button lightbox-step"
      aria-label={props.label}
      title={props.label}
      aria-disabled={props.isEnd}
      onClick={props.onPress}
    >
      <NextIcon />
    </button>
  );
}
