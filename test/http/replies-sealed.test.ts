import { SEALING } from '../support/sealed.ts';

/* The same tests with texts that are sealed: nobody at the API can tell. */

Object.assign(process.env, SEALING);
await import('./replies.test.ts');
