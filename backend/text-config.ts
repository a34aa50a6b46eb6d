import * as z from 'zod';
import { type Environment, parse } from './environment.ts';

/** A key of AWS KMS, by its ARN: an alias could be pointed at another key. */
export interface KmsTextKey {
  readonly kind: 'kms';
  readonly arn: string;
}

/** A key in the environment itself. */
export interface LocalTextKey {
  readonly kind: 'local';
  readonly name: string;
  /** LOCAL_KEY_BYTES long. */
  readonly key: Uint8Array;
}

export type TextKey = KmsTextKey | LocalTextKey;

/** How texts are encrypted and decrypted. */
export interface TextConfig {
  /** Whether new texts are encrypted. Texts already encrypted are decrypted in either case. */
  readonly encrypts: boolean;
  /** The first encrypts; all of them decrypt. */
  readonly keys: readonly [TextKey, ...TextKey[]];
}

const LOCAL_KEY_BYTES = 32;
const LOCAL_KEY_NAME = /^[a-z0-9_-]{1,32}$/;
const KMS_KEY = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-zA-Z0-9-]+$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A problem must not repeat the entry: it may be a key. */
const textKeys = z.string().transform((text, context): [TextKey, ...TextKey[]] => {
  const found = text.split(',').map((entry, place) => readKey(entry.trim(), place + 1));
  for (const problem of found)
    if (typeof problem === 'string') context.addIssue({ code: 'custom', message: problem });
  const [first, ...others] = found.filter((key) => typeof key !== 'string');
  const names = [first, ...others].map((key) => (key?.kind === 'local' ? key.name : key?.arn));
  if (new Set(names).size < names.length) {
    context.addIssue({ code: 'custom', message: 'must name each key once' });
  }
  return first ? [first, ...others] : z.NEVER;
});

/** Returns a key, or what is wrong with it. */
function readKey(entry: string, place: number): TextKey | string {
  if (KMS_KEY.test(entry)) return { kind: 'kms', arn: entry };
  const which = `key ${place}`;
  if (entry.startsWith('arn:')) {
    return `${which} must be the ARN of a KMS key (arn:aws:kms:<region>:<account>:key/<id>), not an alias`;
  }
  const [name = '', base64, ...rest] = entry.split(':');
  if (base64 === undefined || rest.length > 0 || !LOCAL_KEY_NAME.test(name)) {
    return `${which} must be the ARN of a KMS key, or <name>:<${LOCAL_KEY_BYTES} bytes in base64>, the name of a-z, 0-9, _ and -`;
  }
  if (!BASE64.test(base64)) return `${which} must be in base64 after its name`;
  // A copy, because a small Buffer shares its memory with others.
  const key = new Uint8Array(Buffer.from(base64, 'base64'));
  return key.length === LOCAL_KEY_BYTES
    ? { kind: 'local', name, key }
    : `${which} must have ${LOCAL_KEY_BYTES} bytes, and has ${key.length}`;
}

/** The environment variables for encrypted texts. */
export const textEnvironment = z.object({
  TEXT_ENCRYPTION: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  TEXT_KEYS: textKeys.optional(),
});

/** Whether there is a key if texts are to be encrypted. */
export function hasEncryptionKey({
  TEXT_ENCRYPTION,
  TEXT_KEYS,
}: Partial<z.output<typeof textEnvironment>>): boolean {
  return TEXT_ENCRYPTION !== 'on' || TEXT_KEYS !== undefined;
}

/** The problem when `hasEncryptionKey` is false. */
export const WITHOUT_KEY = { path: ['TEXT_KEYS'], error: 'must be set with TEXT_ENCRYPTION=on' };

/** Absent: texts are stored as they are. */
export function textConfig(values: z.output<typeof textEnvironment>): { readonly texts?: TextConfig } {
  const { TEXT_ENCRYPTION, TEXT_KEYS: keys } = values;
  return keys ? { texts: { encrypts: TEXT_ENCRYPTION === 'on', keys } } : {};
}

/** Reads only the keys for texts. @throws ConfigError with everything that is wrong. */
export function readTextConfig(environment: Environment): TextConfig | undefined {
  return textConfig(parse(textEnvironment.refine(hasEncryptionKey, WITHOUT_KEY), environment)).texts;
}
