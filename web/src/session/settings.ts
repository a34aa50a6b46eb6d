import * as z from 'zod/mini';
import { MESSAGE_MAX_CHARS } from '../../../schema/plain-text.ts';
import { ApiError } from '../../../client/src/index.ts';

/** An OpenID Connect issuer, and this client there. */
export interface OidcSettings {
  readonly authority: string;
  readonly client_id: string;
  readonly scope: string;
  /** Absent: the sign-out page takes the standard parameters. */
  readonly sign_out?: 'cognito' | undefined;
}

/** Which files messages can have. */
export interface AttachmentLimits {
  /** Of one message. */
  readonly max_count: number;
  /** Of one file. */
  readonly max_bytes: number;
  /** Media types, `image/*` for all of a kind, or `*\/*`. */
  readonly types: readonly string[];
}

/** What the server is configured with: how users sign in, and what it accepts. */
export interface Settings {
  /** Code points of a message's text at most. */
  readonly message_max_chars: number;
  /** Absent: messages cannot have files. */
  readonly attachments?: AttachmentLimits | undefined;
  readonly development?: true | undefined;
  /** Whether `/demo` shows two users side by side. */
  readonly demo?: true | undefined;
  readonly oidc?: OidcSettings | undefined;
}

const settings = z.object({
  message_max_chars: z._default(z.int(), MESSAGE_MAX_CHARS),
  attachments: z.optional(z.object({ max_count: z.int(), max_bytes: z.int(), types: z.array(z.string()) })),
  development: z.optional(z.literal(true)),
  demo: z.optional(z.literal(true)),
  oidc: z.optional(
    z.object({
      authority: z.string(),
      client_id: z.string(),
      scope: z.string(),
      sign_out: z.optional(z.literal('cognito')),
    }),
  ),
});

export async function fetchSettings(): Promise<Settings> {
  const response = await fetch('/config.json').catch((error: unknown) => {
    throw new ApiError(0, ['unreachable'], { cause: error });
  });
  if (!response.ok) throw new ApiError(response.status, ['unreachable']);
  return settings.parse(await response.json());
}
