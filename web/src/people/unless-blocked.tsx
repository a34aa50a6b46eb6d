import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { useBlocking, useIsBlocked } from './blocks.ts';

/** The field for a message to a user; in place of it a note, where the user blocks the other. @param props handle: null in a group. */
export function UnlessBlocked(props: {
  readonly name: string;
  readonly handle: string | null;
  /** Whether the API rejected a message because of a block: then the user blocked the other on another device. */
  readonly isRejected?: boolean;
  readonly children: ReactNode;
}) {
  const { name, handle, isRejected = false, children } = props;
  const { refresh } = useBlocking();
  const reload = useEffectEvent(() => void refresh());
  useEffect(() => {
    if (isRejected) reload();
  }, [isRejected]);
  const isBlocked = useIsBlocked(handle);
  return isBlocked && handle !== null ? <BlockedNote name={name} handle={handle} /> : children;
}

function BlockedNote({ name, handle }: { readonly name: string; readonly handle: string }) {
  const { unblock } = useBlocking();
  const [error, setError] = useState<unknown>();
  return (
    <div className="blocked-note">
      <p>
        You blocked <Name>{name}</Name>.
      </p>
      <button
        type="button"
        className="button"
        aria-label={`Unblock ${isolateName(name)}`}
        onClick={() => void unblock({ handle }).catch(setError)}
      >
        Unblock
      </button>
      <Problem error={error} />
    </div>
  );
}
