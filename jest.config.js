/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // A synthesised deployment holds a second package.json.
  modulePathIgnorePatterns: ['<rootDir>/dist/infra/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/jest.transform.js' },
  globalSetup: './test/support/start-run.ts',
  globalTeardown: './test/support/stop-run.ts',
  // Much of a test's time is an engine's: one worker less than there are cores would leave half of two idle.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
