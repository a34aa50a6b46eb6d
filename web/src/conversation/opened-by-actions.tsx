import type { Message } from '../../../client/src/index.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { onDemand } from '../ui/on-demand.tsx';
import { Problem } from '../ui/problem.tsx';
import { MessagePopover, type OpenPopover } from './message-popover.tsx';

const DeleteDialog = onDemand(() => import('./delete-dialog.tsx'));

/** What actions on messages have opened, and why the last one failed. */
export function OpenedByActions(props: {
  /** The messages as they are now. */
  readonly messages: readonly Message[];
  readonly popover: OpenPopover | undefined;
  readonly deleting: Message | undefined;
  readonly problem: unknown;
  readonly onReact: (message: Message, emoji: string) => void;
  readonly onDelete: (seq: number) => Promise<void>;
  readonly onClosePopover: () => void;
  readonly onCloseDeletion: () => void;
  readonly onForgetProblem: () => void;
}) {
  const { deleting, problem, onDelete } = props;
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
        messages={props.messages}
        onReact={props.onReact}
        onClose={props.onClosePopover}
      />
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
