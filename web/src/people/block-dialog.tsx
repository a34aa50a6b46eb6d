import { useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { useBlocking } from './blocks.ts';

/** Asks for confirmation before a user is blocked, and says what it does. */
export default function BlockDialog(props: {
  readonly name: string;
  readonly handle: string;
  readonly onClose: () => void;
}) {
  const { name, handle, onClose } = props;
  const { block } = useBlocking();
  const [error, setError] = useState<unknown>();
  return (
    <Dialog title="Block this person?" onClose={onClose}>
      <p>
        <Name>{name}</Name> <span className="quiet">(@{handle})</span>
      </p>
      <ul className="effects">
        <li>Neither of you can write to the other in your direct conversation.</li>
        <li>They cannot add you to a group.</li>
        <li>In groups that you share, their messages are folded.</li>
        <li>They are not notified, but learn it when they try to write to you.</li>
      </ul>
      <Problem error={error} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => void block({ handle }).then(onClose, setError)}
        >
          Block
        </button>
      </div>
    </Dialog>
  );
}
