import { Router } from 'express';
import * as z from 'zod';
import { VERSION } from '../version.ts';
import type { Context } from '../context.ts';
import { checkTable } from '../domain/check-table.ts';
import { parseQuery } from './fields.ts';

const healthQuery = z.strictObject({
  /** `1` also reads from the table. */
  deep: z.enum(['0', '1'], 'deep_invalid').default('0'),
});

export function healthRoutes(context: Context): Router {
  const router = Router();

  router.get('/health-check', async (request, response) => {
    const { deep } = parseQuery(healthQuery, request.query);
    // Unreachable, it throws what becomes a 503.
    if (deep === '1') await checkTable(context);
    response.json({ success: true, ver: VERSION });
  });

  return router;
}
