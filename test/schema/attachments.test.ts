import { describe, expect, it } from '@jest/globals';
import { cleanFileName, filesLine, isAllowedType, isFileName, MEDIA_TYPE } from '../../schema/attachments.ts';
import { servedType } from '../../backend/files/file-store.ts';

describe('the name of a file', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['/etc/passwd', 'passwd'],
    ['..\\..\\windows\\system.ini', 'system.ini'],
    ['C:\\fakepath\\photo.jpg', 'photo.jpg'],
    ['a\r\nSet-Cookie: x=1.txt', 'a Set-Cookie: x=1.txt'],
    ['a\u0000b\u001b[31m.txt', 'ab[31m.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['\u2066x\u2069\u200F.txt', 'x.txt'],
    ['folder/', ''],
    ['  קובץ.pdf  ', 'קובץ.pdf'],
  ])('%j is stored as %j', (written, stored) => {
    expect(cleanFileName(written)).toBe(stored);
    expect(cleanFileName(stored)).toBe(stored);
  });

  it.each(['.', '..'])('is not %s', (name) => {
    expect(isFileName(name)).toBe(false);
  });

  it('keeps its own direction in the line that names files', () => {
    expect(filesLine(['a.txt', 'ב.txt'])).toBe('📎 \u2068a.txt\u2069, \u2068ב.txt\u2069');
  });
});

describe('the type of a file', () => {
  it.each(['text/html; charset=utf-8', 'text', 'a/b/c', '/', 'text/html\r\nX: y', '*/*', 'TEXT/HTML'])(
    '%j is no media type',
    (type) => {
      expect(MEDIA_TYPE.test(type)).toBe(false);
    },
  );

  it.each([
    ['image/png', 'image/png'],
    ['video/mp4', 'video/mp4'],
    ['application/pdf', 'application/pdf'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['image/svg+xml', 'application/octet-stream'],
    ['text/html', 'application/octet-stream'],
    ['application/xhtml+xml', 'application/octet-stream'],
    ['text/javascript', 'application/octet-stream'],
    ['text/xml', 'application/octet-stream'],
  ])('%s is served as %s', (type, served) => {
    expect(servedType(type)).toBe(served);
  });

  it('is allowed by itself, by its kind, or by all', () => {
    expect(isAllowedType('image/png', ['image/*'])).toBe(true);
    expect(isAllowedType('image/png', ['image/png'])).toBe(true);
    expect(isAllowedType('image/png', ['*/*'])).toBe(true);
    expect(isAllowedType('image/png', ['image/gif', 'video/*'])).toBe(false);
  });
});
