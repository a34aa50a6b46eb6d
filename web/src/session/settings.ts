import * as z from 'zod/mini';
import { ApiError } from '../api/api-error.ts';

/** How one signs in here. */
export interface Settings {
  readonly development?: true | undefined;
  readonly oidc?:
    { readonly authority: string; readonly client_id: string; readonly scope: string } | undefined;
}

const settings = z.object({
  development: z.optional(z.literal(true)),
  oidc: z.optional(z.object({ authority: z.string(), client_id: z.string(), scope: z.string() })),
});

export async function fetchSettings(): Promise<Settings> {
  const response = await fetch('/config.json').catch((error: unknown) => {
    throw new ApiError(0, ['unreachable'], { cause: error });
  });
  if (!response.ok) throw new ApiError(response.status, ['unreachable']);
  return settings.parse(await response.json());
}
