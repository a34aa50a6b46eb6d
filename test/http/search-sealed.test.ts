import { SEALING } from '../support/sealed.ts';

/* The same tests with encrypted texts. */

Object.assign(process.env, SEALING);
await import('./search.test.ts');
