import type { Wiring } from '../backend/wiring.ts';
import { knownHandles } from '../local/known-handles.ts';
import { UserError } from '../local/user-error.ts';
import { foldHandle } from '../schema/handles.ts';

const SHOWN_HANDLES = 10;

/** A handle as somebody typed it, with or without an @ before it. @throws UserError for what is none. */
export function readHandle(text: string): string {
  const handle = foldHandle(text.trim().replace(/^@/, ''));
  if (handle !== undefined) return handle;
  throw new UserError(`${text} is no handle: 2 to 30 of a-z, 0-9, _ . - and a letter or digit first`);
}

/** What to say of a handle that nobody has: it names some that there are. */
export async function nobodyHas(context: Wiring, handle: string): Promise<string> {
  const known = await knownHandles(context, SHOWN_HANDLES);
  const hint = known.length > 0 ? `there are ${known.join(', ')}` : 'there is nobody yet';
  return `nobody has the handle ${handle}: ${hint}`;
}
