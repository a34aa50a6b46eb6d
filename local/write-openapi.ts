import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from './config.ts';
import { openApiFiles } from './openapi-files.ts';

/* `npm run openapi`: writes the files that are generated from the API's description. A test compares them with it. */

for (const { path, content } of await openApiFiles()) {
  const file = join(PACKAGE_ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  process.stdout.write(`${path}\n`);
}
