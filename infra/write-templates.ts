import { writeFile } from 'node:fs/promises';
import { TEMPLATES } from './templates.ts';

/* Writes the generated files of infra/templates/; a test fails if they are out of date. */

for (const { path, text } of TEMPLATES) await writeFile(path, text);
