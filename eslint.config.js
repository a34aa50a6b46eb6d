import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * The allowed imports: the folders before an arrow may import those after it:
 *
 *   http → domain → table → schema        lambdas → domain, table, schema
 *   bin → cli, domain, table, schema, local, and of lambdas only canary/run-canary.ts    cli → domain, table, schema    local and test may import anything
 *   http, bin → presentation → domain, events, schema
 *   metrics, tracing → metrics and the files at the root of backend/
 *   bench → backend, schema, and of lambdas only update-summaries/handler.ts
 *   web → of client, only what the package offers (index.ts, parts.ts), through which it talks to the API; and of schema, only what a text is
 *   (plain-text.ts, preview.ts, isolate-name.ts, emoji.ts, handles.ts, mentions.ts, search-words.ts, attachments.ts)
 *   client → schema/preview.ts and mentions.ts alone, which the package has inside: it is published
 *
 * `domain/model.ts`, the types of messages, members and groups, may be imported by all of backend and the lambdas.
 * Nothing but bin and test imports local, and `cli/connection.ts`, which finds the engine of a local run. Nothing but bin,
 * local and test imports cli; nothing imports bin, test, infra or bench (which measures the backend). Files at the root of backend/
 * (wiring, configuration, errors, the logger) may be imported by all of backend, lambdas, bin and local; `app.ts` and
 * `main.ts`, which wire the HTTP side, only by those that start it.
 */
const OUTSIDE = ['local', 'cli', 'bin', 'test', 'infra', 'bench', 'client', 'web', 'lambdas'];
const FORBIDDEN = {
  schema: ['backend', ...OUTSIDE],
  'backend/table': ['domain', 'presentation', 'http', 'events', ...OUTSIDE],
  'backend/domain': ['presentation', 'http', ...OUTSIDE],
  'backend/presentation': ['table', 'http', ...OUTSIDE],
  'backend/http': ['table', ...OUTSIDE],
  'backend/events': ['domain', 'presentation', 'http', 'table', ...OUTSIDE],
  'backend/tracing': ['domain', 'presentation', 'http', 'table', 'events', ...OUTSIDE],
  'backend/metrics': ['domain', 'presentation', 'http', 'table', 'events', ...OUTSIDE],
  backend: OUTSIDE,
  lambdas: ['http', ...OUTSIDE.filter((folder) => folder !== 'lambdas')],
  bin: ['http', 'test', 'infra', 'bench', 'client', 'web', 'lambdas(?!/canary/run-canary\\.ts$)'],
  cli: ['http', 'presentation', ...OUTSIDE.filter((folder) => folder !== 'cli')],
  'cli/connection.ts': [
    'http',
    'presentation',
    ...OUTSIDE.filter((folder) => !['cli', 'local'].includes(folder)),
  ],
  local: ['bin', 'test', 'infra', 'bench'],
  'backend/files': ['domain', 'presentation', 'http', 'table', 'events', ...OUTSIDE],
  bench: [
    'local',
    'cli',
    'bin',
    'test',
    'infra',
    'client',
    'web',
    'lambdas(?!/update-summaries/handler\\.ts$)',
  ],
  'client/src': [
    'schema(?!/(preview|mentions)\\.ts$)',
    'backend',
    ...OUTSIDE.filter((folder) => folder !== 'client'),
  ],
  web: [
    'schema(?!/(plain-text|preview|isolate-name|emoji|handles|mentions|search-words|attachments)\\.ts$)',
    'backend',
    ...OUTSIDE.filter((folder) => folder !== 'web' && folder !== 'client'),
    'client(?!/src/(index|parts)\\.ts$)',
  ],
};

/** A later entry replaces an earlier one for the same file. */
function filesOf(folder) {
  if (folder.endsWith('.ts')) return folder;
  return folder === 'backend' ? 'backend/*.ts' : `${folder}/**/*.{ts,tsx}`;
}

const arrows = Object.entries(FORBIDDEN).map(([folder, forbidden]) => ({
  files: [filesOf(folder)],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^\\.{1,2}/(.*/)?(?!domain/model\\.ts$)(${forbidden.join('|')})/`,
            message: `${folder}/ must not import from there: see the arrows in eslint.config.js.`,
          },
          ...(['schema', 'backend/table', 'backend/domain', 'backend/presentation', 'backend/http'].includes(
            folder,
          )
            ? [
                {
                  regex: '/(app|main)\\.ts$',
                  message: 'app.ts and main.ts stand above everything in backend/.',
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  // The client's types are made, not written.
  { ignores: ['**/dist/', '**/node_modules/', '.data/', 'client/src/api/schema.ts'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 15],
      // Express's Request is an interface over node's class.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
    },
  },
  {
    files: ['web/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    // It warns of what the React Compiler leaves alone, which does not run here.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    files: ['test/**/*.ts', 'infra/test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
    },
  },
  ...arrows,
);
