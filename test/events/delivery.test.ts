import { it } from '@jest/globals';
import { checkHistories } from './delivery/history.ts';

it('delivers to every member what is in the log, and to nobody else, in random histories', async () => {
  await checkHistories(60);
});
