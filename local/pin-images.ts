import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { BASE_IMAGES_FILE, pinImages } from './base-images.ts';

/* `npm run pin:images`: writes into base-images.env what the tags of the base images name now, as their registries say. */

const run = promisify(execFile);

/** Asks the registry, without pulling the image. @throws if it cannot be reached, or does not know the tag. */
async function digestOf(tag: string): Promise<string> {
  const format = '{{.Manifest.Digest}}';
  const { stdout } = await run('docker', ['buildx', 'imagetools', 'inspect', '--format', format, tag]);
  return stdout.trim();
}

try {
  writeFileSync(BASE_IMAGES_FILE, await pinImages(readFileSync(BASE_IMAGES_FILE, 'utf8'), digestOf));
} catch (error) {
  process.stderr.write(
    `pin:images: nothing was changed: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
