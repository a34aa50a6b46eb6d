import { stopProject } from './started.ts';

/** Jest's global teardown. */
export default stopProject;
