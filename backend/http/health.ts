import * as z from 'zod';
import { checkTable } from '../domain/check-table.ts';
import { VERSION } from '../version.ts';
import { CODES } from './fields.ts';
import { freeRoute, json, type Route } from './route.ts';

const healthQuery = z.strictObject({
  deep: z
    .enum(['0', '1'], 'deep_invalid')
    .default('0')
    .meta({ description: '`1`: reads from the table too.', [CODES]: ['deep_invalid'] }),
});

const health = z
  .object({
    success: z.literal(true),
    ver: z.string().meta({ description: 'Version of the API.', examples: [VERSION] }),
  })
  .meta({ id: 'Health', description: 'The API answers.' });

export const healthRoutes: readonly Route[] = [
  freeRoute({
    method: 'get',
    path: '/health-check',
    name: 'checkHealth',
    summary: 'Tells whether the API answers',
    query: healthQuery,
    answer: json(health, 'It does.'),
    counted: true,
    handle: async ({ context, limits, query, request, response }) => {
      // A load balancer may ask as often as it likes, for that costs nothing; the table is read so often, and no oftener.
      if (query.deep === '1') {
        await limits.anonymous(request, response);
        // Unreachable, it throws what becomes a 503.
        await checkTable(context);
      }
      return { success: true as const, ver: VERSION };
    },
  }),
];
