import type { Context } from '../context.ts';

/**
 * Reads from the table, whatever is there: 0.5 R.
 * @throws TableUnavailableError when it cannot be reached.
 */
export async function checkTable(context: Pick<Context, 'profiles'>): Promise<void> {
  await context.profiles.findByHandle('health-check', 'eventual');
}
