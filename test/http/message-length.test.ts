import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { ok } from '../support/caller.ts';
import { exchange } from '../support/http-client.ts';
import { useTestTable } from '../support/test-table.ts';

/* The limit of a message's text, where another one than Cruddur's is configured. */

const db = useTestTable();
const MAX = 8_192;
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ table: db().table, messageMaxChars: MAX });
});
afterAll(() => api.stop());

describe('a text', () => {
  it.each(ERROR_FORMS)(
    'of up to 8,192 code points is sent and edited; a longer one is refused as $form',
    async (form) => {
      const [ada, grace] = [await api.person(), await api.person()];
      const longest = '😀'.repeat(MAX);
      const sent = await ada.send({ handle: grace.handle, message: longest });
      expect((await grace.history(sent.message_group_uuid)).at(-1)).toMatchObject({ message: longest });
      const path = `/api/messages/${sent.message_group_uuid}/1`;
      ok(await ada.patch(path, { message: 'x'.repeat(MAX) }));
      const tooLong = { message: 'x'.repeat(MAX + 1) };
      const failure = { status: 422, codes: ['message_exceed_max_chars_8192'] };
      // Not checked against the document: that of this repository has the default limit.
      const refused = (method: string, to: string, body: object) =>
        exchange(api.port, {
          method,
          path: to,
          headers: {
            Authorization: `Bearer ${ada.token}`,
            'Content-Type': 'application/json',
            Accept: form.accept,
          },
          body: JSON.stringify(body),
        });
      const first = { ...tooLong, handle: grace.handle };
      expectFailure(await refused('POST', '/api/messages', first), form, failure);
      expectFailure(await refused('PATCH', path, tooLong), form, failure);
    },
  );

  it('keeps the indentation of its first line, without empty lines before it and blanks after it', async () => {
    const [ada, grace] = [await api.person(), await api.person()];
    const { message } = await ada.send({
      handle: grace.handle,
      message: ' \n\t\n    if (x) {\n\treturn;\n    }\n \n',
    });
    expect(message).toBe('    if (x) {\n\treturn;\n    }');
  });

  it('has its limit in the document that the process serves', async () => {
    const document = await api.request({ path: '/api/openapi.json' });
    expect(document.text).toContain('message_exceed_max_chars_8192');
    expect(document.text).not.toContain('message_exceed_max_chars_1024');
  });
});
