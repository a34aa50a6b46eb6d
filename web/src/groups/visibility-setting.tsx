import { useState } from 'react';
import type { Visibility } from '../../../client/src/index.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Whether a group is public. Its owner can change that. */
export function VisibilitySetting(props: {
  readonly visibility: Visibility;
  readonly mayChange: boolean;
  readonly onChange: (visibility: Visibility) => void;
}) {
  const { visibility, mayChange, onChange } = props;
  const [asks, setAsks] = useState(false);
  const isPublic = visibility === 'public';
  return (
    <div className="setting">
      <p className="person-text">
        <span>{isPublic ? 'Public group' : 'Private group'}</span>
        <span className="quiet">
          {isPublic
            ? 'Anyone can find and join this group.'
            : 'Only people who are added or invited can join.'}
        </span>
      </p>
      {mayChange && (
        <button
          type="button"
          className="button"
          onClick={() => {
            if (isPublic) onChange('private');
            else setAsks(true);
          }}
        >
          {isPublic ? 'Make private' : 'Make public…'}
        </button>
      )}
      {asks && (
        <Dialog title="Make the group public?" onClose={() => setAsks(false)}>
          <p>
            Anyone will be able to find this group and join it, and then to read everything that was ever
            written here.
          </p>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => setAsks(false)}>
              Cancel
            </button>
            <button
              type="button"
              className="button primary"
              onClick={() => {
                onChange('public');
                setAsks(false);
              }}
            >
              Make public
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
