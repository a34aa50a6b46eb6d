/**
 * Runs a TypeScript program from whatever directory its user is in.
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
  // The settings of whatever project the user is in are none of the program's business.
  tsx.register({ tsconfig: false });
  await import(program.href);
}
