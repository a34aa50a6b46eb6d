import { useState } from 'react';
import type { Message } from '../../../client/src/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';

/** Asks for confirmation before a message is deleted. */
export default function DeleteDialog(props: {
  readonly message: Message;
  readonly onDelete: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const [error, setError] = useState<unknown>();
  return (
    <Dialog title="Delete message?" onClose={props.onClose}>
      <blockquote className="quote" dir="auto">
        {props.message.message}
      </blockquote>
      <p>It will be deleted for everyone.</p>
      <Problem error={error} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={props.onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => void props.onDelete().then(props.onClose, setError)}
        >
          Delete
        </button>
      </div>
    </Dialog>
  );
}
