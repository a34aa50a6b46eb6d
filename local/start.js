import { run } from './typescript.js';

await run(new URL('./start.ts', import.meta.url));
