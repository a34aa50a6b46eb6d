import { ESLint } from 'eslint';
import ts from 'typescript';

/*
 * `npm run check`: what `npm run typecheck` and `npm run lint` find, in about half of their time. Both need the types of
 * all code; here the linter has the programs that the compiler has just checked.
 *
 *     node check-code.js              all projects
 *     node check-code.js infra web/src
 */

/**
 * The folder of each tsconfig.json, and what is linted with its types. `.` has all that no other project has: a TypeScript
 * file in no project at all is an error there.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const PROJECTS = {
  '.': ['.'],
  'web/src': ['web/src'],
  infra: ['infra'],
  client: ['client/src'],
  'test/client': ['test/client', 'test/web'],
  'test/browser': ['test/browser', 'test/compose', 'test/docker'],
};

/** Returns what `tsc --noEmit -p folder` checks. */
function programOf(folder) {
  const config = ts.getParsedCommandLineOfConfigFile(
    `${folder}/tsconfig.json`,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) => {
        throw new Error(describe([problem]));
      },
    },
  );
  return ts.createProgram({
    rootNames: config.fileNames,
    options: config.options,
    configFileParsingDiagnostics: config.errors,
    // The linter also needs each node's parent.
    host: ts.createCompilerHost(config.options, true),
  });
}

function describe(problems) {
  return ts.formatDiagnosticsWithColorAndContext(problems, {
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  });
}

/** Returns the report on a project: empty if nothing was found. Types come first: rules ask for some that are no values. */
async function check(folder) {
  const program = programOf(folder);
  const problems = ts.getPreEmitDiagnostics(program);
  const others = Object.entries(PROJECTS).filter(([other]) => folder === '.' && other !== '.');
  const eslint = new ESLint({
    ignorePatterns: others.flatMap(([, folders]) => folders.map((other) => `${other}/`)),
    overrideConfig: { languageOptions: { parserOptions: { projectService: false, programs: [program] } } },
  });
  const results = await eslint.lintFiles(PROJECTS[folder]);
  const formatter = await eslint.loadFormatter('stylish');
  return describe(problems) + (await formatter.format(results));
}

const folders = process.argv.slice(2);
const unknown = folders.filter((folder) => !(folder in PROJECTS));
if (unknown.length > 0) throw new Error(`no project: ${unknown.join(', ')}`);
for (const folder of folders.length > 0 ? folders : Object.keys(PROJECTS)) {
  const report = await check(folder);
  process.stdout.write(report);
  // As `--max-warnings 0`: a warning fails, too.
  if (report !== '') process.exitCode = 1;
}
