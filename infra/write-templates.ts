import { writeFile } from 'node:fs/promises';
import { TEMPLATES } from './templates.ts';

/* Writes what is generated and kept in infra/templates/; a test fails when it is not what it ought to be. */

for (const { path, text } of TEMPLATES) await writeFile(path, text);
