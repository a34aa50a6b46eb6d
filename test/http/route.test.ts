import { expect, it } from '@jest/globals';
import { useTestApi } from '../support/api.ts';

const api = useTestApi();

/* The router is chosen by the first segments of a path, before Express compares the rest. */

it.each([
  '/api/health-check',
  '/api/health-check/',
  '/API/Health-Check',
  '/api/health-check?deep=1',
  '/api/HEALTH-CHECK/',
])('%s is the same route by GET and HEAD', async (path) => {
  for (const method of ['GET', 'HEAD']) expect((await api().request({ method, path })).status).toBe(200);
});

it.each(['/api', '/api/', '/apis/health-check', '/api//health-check', '/health-check', '/api/health-checks'])(
  '%s is no route',
  async (path) => {
    expect((await api().request({ path })).status).toBe(404);
  },
);
