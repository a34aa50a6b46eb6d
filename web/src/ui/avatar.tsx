import { hueOf, initials } from './initials.ts';
import { GroupIcon } from './icons.tsx';

/** A person, or a conversation. */
interface Portrayed {
  readonly display_name: string;
  /** A person's; null of a group. */
  readonly handle: string | null;
  readonly uuid?: string;
  readonly kind?: 'direct' | 'group';
}

/** Stands beside a name, so there is nothing in it to be read out. */
export function Avatar({ of }: { readonly of: Portrayed }) {
  return (
    <span className={`avatar hue-${hueOf(of.handle ?? of.uuid ?? '')}`} aria-hidden="true">
      {of.kind === 'group' ? <GroupIcon /> : initials(of.display_name)}
    </span>
  );
}
