import type { OutgoingNote as Note } from '../../../client/src/index.ts';
import { beginningOf } from '../../../schema/preview.ts';

/** In place of the newest message: one that is being sent, waits for the server, or could not be sent. */
export function OutgoingNote({ state, text }: Note) {
  return (
    <>
      <State of={state} />
      <bdi dir="auto">{beginningOf(text)}</bdi>
    </>
  );
}

function State({ of: state }: { readonly of: Note['state'] }) {
  switch (state) {
    case 'failed':
      return <strong className="failed">Not sent: </strong>;
    case 'held':
      return <span>Waiting: </span>;
    case 'sending':
      return <span>Sending: </span>;
  }
}
