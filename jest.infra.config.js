import base from './jest.config.js';

/*
 * `npm run test:infra`: the deployment as templates, checked by AWS's rules and by cfn-lint, and deployed into a
 * stand-in for AWS. What is Python's is skipped, and said so, where there is none.
 */

/** @type {import('jest').Config} */
export default {
  ...base,
  testMatch: ['<rootDir>/infra/test/*.{test,suite}.ts'],
  globalSetup: './infra/test/support/prepare.ts',
  testTimeout: 120_000,
};
