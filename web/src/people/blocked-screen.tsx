import { useState } from 'react';
import { Link } from 'wouter';
import { isolateName } from '../../../schema/isolate-name.ts';
import { type BlockedUser, isGone } from '../../../client/src/index.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Failure } from '../ui/failure.tsx';
import { BackIcon, BlockIcon } from '../ui/icons.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { useBlocking, useBlocks } from './blocks.ts';

/** The users whom the user blocks. */
export default function BlockedScreen() {
  const { blocked, error, retry } = useBlocks();
  return (
    <section className="conversation" aria-labelledby="blocked-title">
      <header className="conversation-head">
        <Link href="/" className="icon-button back" aria-label="Back to conversations">
          <BackIcon />
        </Link>
        <h1 id="blocked-title" className="conversation-title">
          Blocked people
        </h1>
      </header>
      {blocked ? (
        <BlockedList blocked={blocked} />
      ) : error ? (
        <Failure error={error} onRetry={retry} />
      ) : (
        <p className="placeholder quiet appears-late">Loading…</p>
      )}
    </section>
  );
}

function BlockedList({ blocked }: { readonly blocked: readonly BlockedUser[] }) {
  const { unblock } = useBlocking();
  const [error, setError] = useState<unknown>();
  if (blocked.length === 0) {
    return (
      <div className="placeholder quiet">
        <BlockIcon />
        <p>You have not blocked anyone. You can block a person in the menu of your conversation with them.</p>
      </div>
    );
  }
  const byName = blocked.toSorted((one, other) => one.display_name.localeCompare(other.display_name));
  return (
    <div className="blocked">
      <p className="quiet">These people cannot write to you directly, or add you to a group.</p>
      <Problem error={error} />
      <ul className="blocked-list" tabIndex={-1} aria-label="Blocked people">
        {byName.map((user) => (
          <li key={user.uuid} className="member">
            <Avatar of={user} />
            <span className="person-text">
              <Name>{user.display_name}</Name>
              {!isGone(user) && <span className="quiet">@{user.handle}</span>}
            </span>
            {!isGone(user) && (
              <button
                type="button"
                className="button"
                aria-label={`Unblock ${isolateName(user.display_name)}`}
                onClick={() => {
                  setError(undefined);
                  void unblock(user).catch(setError);
                }}
              >
                Unblock
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
