import { hueOf, initials } from './initials.ts';
import { GroupIcon } from './icons.tsx';

/** A user or a conversation. */
interface Portrayed {
  readonly display_name: string;
  /** A user's; null for a group. */
  readonly handle: string | null;
  readonly uuid?: string;
  readonly kind?: 'direct' | 'group';
}

/** Is shown next to a name, so screen readers skip it. */
export function Avatar({ of }: { readonly of: Portrayed }) {
  return (
    <span className={`avatar hue-${hueOf(of.handle ?? of.uuid ?? '')}`} aria-hidden="true">
      {of.kind === 'group' ? <GroupIcon /> : initials(of.display_name)}
    </span>
  );
}
