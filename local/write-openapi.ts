import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from './config.ts';
import { type OpenApiFile, openApiFiles } from './openapi-files.ts';

/* `npm run openapi`: writes the files that are generated from the API's description; `--check` lists outdated ones. */

const { check = false } = new Command('openapi')
  .description(
    "writes docs/openapi.json, and the web client's types and checks, generated from the API's routes",
  )
  .option('--check', 'write nothing, and fail if a file is out of date')
  .parse()
  .opts<{ check?: boolean }>();

const files = await openApiFiles();
if (check) {
  for (const { path } of files.filter(isOutOfDate)) {
    process.stderr.write(`${path} is out of date: run npm run openapi\n`);
    process.exitCode = 1;
  }
} else {
  for (const { path, content } of files) {
    const file = join(PACKAGE_ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    process.stdout.write(`${path}\n`);
  }
}

function isOutOfDate({ path, content }: OpenApiFile): boolean {
  try {
    return readFileSync(join(PACKAGE_ROOT, path), 'utf8') !== content;
  } catch {
    return true;
  }
}
