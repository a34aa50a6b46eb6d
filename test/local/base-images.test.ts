import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BASE_IMAGES_FILE, parseBaseImages, pinImages, readBaseImages } from '../../local/base-images.ts';

const text = readFileSync(BASE_IMAGES_FILE, 'utf8');
const OTHER = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** The images of a file by their variables: `${NAME:-image}` in compose, `ARG NAME=image` in the Dockerfile. */
const named = (path: string, pattern: RegExp) =>
  [...readFileSync(path, 'utf8').matchAll(pattern)].map(([, name = '', image = '']) => [name, image]);

describe('the base images', () => {
  it('are in one file by digest, with the tags that the Dockerfile and docker-compose.yml have', () => {
    const tags = Object.entries(readBaseImages()).map(([name, image]) => [name, image.split('@')[0]]);
    const used = [
      ...named('Dockerfile', /^ARG (\w+_IMAGE)=(\S+)$/gm),
      ...named('docker-compose.yml', /\$\{(\w+_IMAGE):-([^}]+)\}/g),
    ];
    expect(Object.fromEntries(used)).toEqual(Object.fromEntries(tags));
    expect(new Set(used.map(String)).size).toBe(tags.length);
  });

  it('are named nowhere else: every image is built from one of them, or is one', () => {
    const from = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM (?:--\S+ )?(\S+)/gm)];
    const stages = [...readFileSync('Dockerfile', 'utf8').matchAll(/ AS (\w[\w-]*)$/gm)].map(
      ([, name]) => name,
    );
    expect(from.map(([, image = '']) => image).filter((image) => !stages.includes(image))).not.toEqual([]);
    for (const [, image = ''] of from)
      if (!stages.includes(image)) expect(image).toMatch(/^\$\{\w+_IMAGE\}$/);
    for (const [, image] of readFileSync('docker-compose.yml', 'utf8').matchAll(/^ +image: (.+)$/gm))
      expect(image).toMatch(/^\$\{\w+_IMAGE:-[^}]+\}$/);
  });

  it('are refused without a digest, and if one is missing', () => {
    expect(() => parseBaseImages(text.replace(/@sha256:\w+/, ''))).toThrow(
      /NODE_IMAGE[^]*a tag and a digest/,
    );
    expect(() => parseBaseImages(text.replace(/^VALKEY_IMAGE=.*$/m, ''))).toThrow(/VALKEY_IMAGE/);
  });
});

describe('pinning them', () => {
  it('asks for each tag, and changes the digests alone', async () => {
    const asked: string[] = [];
    const pinned = await pinImages(text, (image) => {
      asked.push(image);
      return Promise.resolve(OTHER);
    });
    expect(asked).toHaveLength(6);
    expect(asked).toContain('node:24-trixie-slim');
    expect(pinned).toBe(text.replaceAll(/sha256:[0-9a-f]{64}/g, OTHER));
  });

  it('fails if a registry gives anything but a digest', async () => {
    await expect(pinImages(text, () => Promise.resolve('unknown'))).rejects.toThrow(/a digest/);
  });
});
