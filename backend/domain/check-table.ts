import type { Dependencies } from './dependencies.ts';

/**
 * Reads one item that need not exist, to see whether the table answers: 0.5 R.
 * @throws TableUnavailableError when it cannot be reached.
 */
export async function checkTable({ profiles }: Pick<Dependencies, 'profiles'>): Promise<void> {
  await profiles.findByHandle('health-check', 'eventual');
}
