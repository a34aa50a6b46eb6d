import { stopScreens } from './started.ts';

/** Jest's global teardown. */
export default stopScreens;
