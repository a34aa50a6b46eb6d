import { stopContainer } from './container.ts';

/** Jest's global teardown. */
export default stopContainer;
