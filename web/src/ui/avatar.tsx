import { hueOf, initials } from './initials.ts';

/** A user or a conversation. */
interface Portrayed {
  readonly display_name: string;
  readonly uuid?: string;
  /** `group`, or anything else for a user. */
  readonly kind?: string;
}

/** Is shown next to a name, so screen readers skip it. */
export function Avatar({ of }: { readonly of: Portrayed }) {
  const { display_name, uuid, kind } = of;
  return (
    <span
      // A name is what every answer of the API has of a user: they have the same hue everywhere.
      className={`avatar ${hueOf(kind === 'group' ? (uuid ?? '') : display_name)}`}
      data-group={kind === 'group'}
      aria-hidden="true"
    >
      {initials(display_name)}
    </span>
  );
}

/** A conversation with people: a group with the face of one of them in front, or the faces of two of them. */
export function GroupAvatar(props: { readonly of: Portrayed; readonly people: readonly Portrayed[] }) {
  const { of, people } = props;
  const [first, second] = people;
  if (of.kind !== 'group' || !first) return <Avatar of={of} />;
  return (
    <span className="avatar-faces" data-two={second !== undefined}>
      <Avatar of={second ? first : of} />
      <Avatar of={second ?? first} />
    </span>
  );
}
