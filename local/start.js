import { run } from '../cli/typescript.js';

await run(new URL('./start.ts', import.meta.url));
