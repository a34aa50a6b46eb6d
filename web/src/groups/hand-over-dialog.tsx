import { isolateName } from '../../../schema/isolate-name.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Asks for confirmation before the owner hands a group over. */
export function HandOverDialog(props: {
  /** The display name of the new owner. */
  readonly name: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const name = isolateName(props.name);
  return (
    <Dialog title="Hand over the group?" onClose={props.onClose}>
      <p>
        {name} will own the group, and you will be an admin. Only {name} can undo this.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={props.onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            props.onConfirm();
            props.onClose();
          }}
        >
          Hand over
        </button>
      </div>
    </Dialog>
  );
}
