/**
 * Runs a TypeScript program from any working directory.
 * @param {URL} program
 */
export async function run(program) {
  let tsx;
  try {
    tsx = await import('tsx/esm/api');
  } catch {
    process.stderr.write('the packages are not installed: run `npm install` first\n');
    process.exit(1);
  }
  // The settings of a project in the working directory must not apply to the program.
  tsx.register({ tsconfig: false });
  await import(program.href);
}
