import { type SubmitEvent, useState } from 'react';
import type { Invite, MessageGroupView } from '../../../client/src/index.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Name } from '../ui/name.tsx';
import { Problem } from '../ui/problem.tsx';
import { exactTime } from '../ui/times.ts';
import { useInvites } from './use-invites.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** How long an invitation can be valid. The API allows up to 30 days. */
const LIVES = [
  { seconds: HOUR_S, words: '1 hour' },
  { seconds: DAY_S, words: '1 day' },
  { seconds: 7 * DAY_S, words: '7 days' },
  { seconds: 30 * DAY_S, words: '30 days' },
] as const;
const DEFAULT_LIFE_S = 7 * DAY_S;

/** The links by which users can join a group. */
export function InvitesDialog(props: { readonly group: MessageGroupView; readonly onClose: () => void }) {
  const { group, onClose } = props;
  const { invites, error, isBusy, create, revoke } = useInvites(group.uuid);
  const [life, setLife] = useState<number>(DEFAULT_LIFE_S);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isBusy) void create(life);
  };
  return (
    <Dialog title="Invitation links" onClose={onClose}>
      <p className="quiet">
        Anyone who has a link can join {isolateName(group.display_name)} until the link expires or is revoked.
      </p>
      <form className="inline-form" onSubmit={submit}>
        <label className="field">
          Valid for
          <select value={life} onChange={(event) => setLife(Number(event.target.value))}>
            {LIVES.map(({ seconds, words }) => (
              <option key={seconds} value={seconds}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button primary" aria-disabled={isBusy}>
          Create link
        </button>
      </form>
      <Problem error={error} />
      {invites?.length === 0 && <p className="quiet">There are no links yet.</p>}
      <ul className="invites" aria-label="Invitation links" tabIndex={-1}>
        {invites?.map((invite) => (
          <InviteItem key={invite.code} invite={invite} onRevoke={() => void revoke(invite.code)} />
        ))}
      </ul>
    </Dialog>
  );
}

function InviteItem({ invite, onRevoke }: { readonly invite: Invite; readonly onRevoke: () => void }) {
  const [copied, setCopied] = useState<'yes' | 'no'>();
  const link = `${window.location.origin}/invites/${invite.code}`;
  // On a page that is not secure there is no clipboard: the link can be selected.
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied('yes');
    } catch {
      setCopied('no');
    }
  };
  return (
    <li className="invite">
      <input
        className="invite-link"
        readOnly
        aria-label="Link"
        value={link}
        onFocus={(event) => event.target.select()}
      />
      <p className="quiet">
        Valid until <time dateTime={invite.expires_at}>{exactTime(invite.expires_at)}</time>, created by{' '}
        <Name>{invite.created_by.display_name}</Name>
      </p>
      <div className="invite-actions">
        <button type="button" className="button" onClick={() => void copy()}>
          Copy link
        </button>
        <button type="button" className="button plain" onClick={onRevoke}>
          Revoke
        </button>
        <span className="quiet" role="status">
          {copied === 'yes' && 'Copied'}
          {copied === 'no' && 'Select the link to copy it.'}
        </span>
      </div>
    </li>
  );
}
