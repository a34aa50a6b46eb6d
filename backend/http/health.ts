import * as z from 'zod';
import { checkTable } from '../domain/check-table.ts';
import { VERSION } from '../version.ts';
import { CODES } from './fields.ts';
import { freeRoute, json, type Route } from './route.ts';

const healthQuery = z.strictObject({
  deep: z
    .enum(['0', '1'], 'deep_invalid')
    .default('0')
    .meta({ description: '`1`: also reads from the table.', [CODES]: ['deep_invalid'] }),
});

const health = z
  .object({
    success: z.literal(true),
    ver: z.string().meta({ description: 'Version of the API.', examples: [VERSION] }),
  })
  .meta({ id: 'Health', description: 'The API responds.' });

export const healthRoutes: readonly Route[] = [
  freeRoute({
    method: 'get',
    path: '/health-check',
    name: 'checkHealth',
    summary: 'Checks whether the API responds',
    query: healthQuery,
    answer: json(health, 'The API responds.'),
    counted: true,
    handle: async ({ context, limits, query, request, response }) => {
      // Checks by load balancers cost nothing and are not limited; reads from the table are.
      if (query.deep === '1') {
        await limits.anonymous(request, response);
        // Throws TableUnavailableError, a 503, when the table is unreachable.
        await checkTable(context);
      }
      return { success: true as const, ver: VERSION };
    },
  }),
];
