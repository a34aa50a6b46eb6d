import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { PACKAGE_ROOT } from './config.ts';

/* The base images by digest: base-images.env, which `docker compose --env-file` and the deployment's build read. */

export const BASE_IMAGES_FILE = join(PACKAGE_ROOT, 'base-images.env');

const pinned = z
  .string()
  .regex(/^[^@\s]+:[^@\s]+@sha256:[0-9a-f]{64}$/, 'must be an image with a tag and a digest');

/** The names are those of the build arguments in the Dockerfile, and of the variables in docker-compose.yml. */
const shape = z.record(
  z.enum([
    'NODE_IMAGE',
    'DEBIAN_IMAGE',
    'DYNAMODB_IMAGE',
    'VALKEY_IMAGE',
    'PROMETHEUS_IMAGE',
    'GRAFANA_IMAGE',
  ]),
  pinned,
);

export type BaseImages = z.output<typeof shape>;

/** Parses the text of base-images.env. @throws if an image is missing, unknown, or without a tag or a digest. */
export function parseBaseImages(text: string): BaseImages {
  return shape.parse({ ...parseEnv(text) });
}

/** Reads base-images.env. */
export function readBaseImages(): BaseImages {
  return parseBaseImages(readFileSync(BASE_IMAGES_FILE, 'utf8'));
}

/**
 * Returns the text with the digests that the tags name now; everything else stays.
 * @param digestOf returns the digest that a registry has for an image with a tag, of all its platforms together.
 */
export async function pinImages(text: string, digestOf: (image: string) => Promise<string>): Promise<string> {
  let changed = text;
  for (const [name, image] of Object.entries(parseBaseImages(text))) {
    const [tagged = ''] = image.split('@');
    changed = changed.replace(`${name}=${image}`, `${name}=${tagged}@${await digestOf(tagged)}`);
  }
  parseBaseImages(changed);
  return changed;
}
