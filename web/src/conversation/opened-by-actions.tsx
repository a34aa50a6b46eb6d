import type { Message } from '../../../client/src/index.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { onDemand } from '../ui/on-demand.tsx';
import { Problem } from '../ui/problem.tsx';
import { MessagePopover, type OpenPopover } from './message-popover.tsx';

const Lightbox = onDemand(() => import('../files/lightbox.tsx'));
const DeleteDialog = onDemand(() => import('./delete-dialog.tsx'));

/** A picture of a message that is shown in full. */
export interface OpenPicture {
  readonly seq: number;
  readonly id: string;
}

/** What actions on messages have opened, and why the last one failed. */
export function OpenedByActions(props: {
  /** The messages as they are now. */
  readonly messages: readonly Message[];
  readonly popover: OpenPopover | undefined;
  readonly deleting: Message | undefined;
  readonly picture: OpenPicture | undefined;
  readonly problem: unknown;
  readonly onReact: (message: Message, emoji: string) => void;
  readonly onDelete: (seq: number) => Promise<void>;
  readonly onClosePopover: () => void;
  readonly onCloseDeletion: () => void;
  readonly onClosePicture: () => void;
  readonly onForgetProblem: () => void;
}) {
  const { messages, deleting, picture, problem, onDelete } = props;
  // Once the message is deleted, nothing of it is shown.
  const pictured = picture && messages.find(({ seq }) => seq === picture.seq);
  return (
    <>
      <div className="action-problem">
        <Problem error={problem} />
        <button type="button" className="icon-button" aria-label="Dismiss" onClick={props.onForgetProblem}>
          <CloseIcon />
        </button>
      </div>
      <MessagePopover
        open={props.popover}
        messages={messages}
        onReact={props.onReact}
        onClose={props.onClosePopover}
      />
      {picture && pictured?.kind === 'text' && pictured.deleted_at === null && (
        <Lightbox message={pictured} first={picture.id} onClose={props.onClosePicture} />
      )}
      {deleting && (
        <DeleteDialog
          message={deleting}
          onDelete={() => onDelete(deleting.seq)}
          onClose={props.onCloseDeletion}
        />
      )}
    </>
  );
}
