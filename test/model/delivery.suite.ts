import { it } from '@jest/globals';
import { checkHistories } from '../events/delivery/history.ts';

/*
 * Part of `npm run test:model`: the histories of test/events/delivery.test.ts, and more of them. DELIVERY_HISTORIES is their
 * number; DELIVERY_SEED repeats those of an earlier run.
 */

const HISTORIES = Number(process.env['DELIVERY_HISTORIES'] ?? 1_000);
const PATH = process.env['DELIVERY_PATH'];
const SEED = process.env['DELIVERY_SEED'];

it(`delivers to every member what is in the log, and to nobody else, in ${HISTORIES} random histories`, async () => {
  await checkHistories(HISTORIES, {
    ...(SEED !== undefined && { seed: Number(SEED) }),
    ...(PATH !== undefined && { path: PATH }),
  });
}, 900_000);
