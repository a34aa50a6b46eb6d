import { stopRunEngine } from './run-engine.ts';

/** Jest's global teardown. The engine keeps everything in memory: no table of a run remains. */
export default stopRunEngine;
