/**
 * Runs a TypeScript program from any working directory: as it is where Node removes the types itself (22.18 and later), and
 * elsewhere by a loader.
 * @param {URL} program
 */
export async function run(program) {
  try {
    import.meta.resolve('pino');
  } catch {
    process.stderr.write('the packages are not installed: run `npm install` first\n');
    process.exit(1);
  }
  // The settings of a project in the working directory must not apply to the program.
  if (!process.features.typescript) (await import('tsx/esm/api')).register({ tsconfig: false });
  await import(program.href);
}
