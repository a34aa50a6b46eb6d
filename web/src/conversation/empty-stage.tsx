import { Link } from 'wouter';
import { CloseIcon } from '../ui/icons.tsx';
import { Empty } from '../ui/states.tsx';

/** In place of a conversation that cannot be shown: the reason, and a link to the others. */
export function EmptyStage({ reason }: { readonly reason: string }) {
  return (
    <Empty title={reason} icon={<CloseIcon />}>
      <Link href="/" className="button">
        Go to conversations
      </Link>
    </Empty>
  );
}
