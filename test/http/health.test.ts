import { describe, expect, it } from '@jest/globals';
import { VERSION } from '../../backend/version.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';

const api = useTestApi();

describe('GET /api/health-check', () => {
  it.each(['', '?deep=0', '?deep=1'])(
    'responds to a request without a token with success and the version: %s',
    async (query) => {
      const answer = await api().request({ path: `/api/health-check${query}` });
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({ success: true, ver: VERSION });
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('responds with the version of the package', () => {
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('responds to HEAD without a body', async () => {
    const answer = await api().request({ method: 'HEAD', path: '/api/health-check' });
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '' });
  });

  it.each(ERROR_FORMS)('refuses an unknown parameter or value: $form', async (form) => {
    const headers = { Accept: form.accept };
    const deep = await api().request({ path: '/api/health-check?deep=2', headers });
    expectFailure(deep, form, { status: 400, codes: ['deep_invalid'] });
    const unknown = await api().request({ path: '/api/health-check?depth=1', headers });
    expectFailure(unknown, form, { status: 400, codes: ['parameter_unknown'] });
  });
});
