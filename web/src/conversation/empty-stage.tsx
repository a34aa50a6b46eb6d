import { Link } from 'wouter';

/** In place of a conversation that cannot be shown: the reason, and a link to the others. */
export function EmptyStage({ reason }: { readonly reason: string }) {
  return (
    <div className="placeholder">
      <p role="status">{reason}</p>
      <Link href="/" className="button">
        Go to conversations
      </Link>
    </div>
  );
}
