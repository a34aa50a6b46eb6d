import { describe, expect, it } from '@jest/globals';
import { ApiError, type AttachedFile, createAccess, type Http } from '../../client/src/index.ts';
import { chosenFile, limitWords, refusalOf } from '../../web/src/files/new-file.ts';
import { fitted, isAnimated } from '../../web/src/files/shrink.ts';
import { Tray } from '../../web/src/files/tray.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';

const LIMITS = { max_count: 3, max_bytes: 2_048, types: ['image/*', 'text/plain'] };
const textFile = (name: string, content = 'Hello') => new File([content], name, { type: 'text/plain' });

describe('a file that the user chose', () => {
  it('gets a name without folders and a type that the API accepts', () => {
    const files = [
      { name: 'C:\\plans\\a\u202Egpj.exe', type: 'Text/Plain; charset=utf-8', size: 1 },
      { name: '..', type: '', size: 1 },
      { name: 'x'.repeat(300), type: 'image/png', size: 1 },
    ].map(chosenFile);
    expect(files).toEqual([
      { name: 'agpj.exe', type: 'text/plain', size: 1 },
      { name: 'file', type: 'application/octet-stream', size: 1 },
      { name: 'x'.repeat(255), type: 'image/png', size: 1 },
    ]);
  });

  it('is refused in words when it is empty, too large, or of another type', () => {
    const refusal = (type: string, size: number) => refusalOf({ name: 'a', type, size }, LIMITS);
    expect(refusal('image/png', 2_048)).toBeUndefined();
    expect(refusal('image/png', 0)).toBe('\u2068a\u2069 is empty.');
    expect(refusal('image/png', 4_096)).toBe('\u2068a\u2069 is too large: 4 KB. The limit is 2 KB.');
    expect(refusal('text/html', 1)).toMatch('files of this type cannot be sent here');
    expect(limitWords(LIMITS)).toBe('Attach up to 3 files of at most 2 KB each');
  });
});

describe('a picture that may be made smaller', () => {
  it('keeps its shape, and is never made larger', () => {
    expect(fitted({ width: 4_000, height: 1_000 }, 2_048)).toEqual({ width: 2_048, height: 512 });
    expect(fitted({ width: 100, height: 50 }, 2_048)).toEqual({ width: 100, height: 50 });
    expect(fitted({ width: 9_000, height: 1 }, 2_048)).toEqual({ width: 2_048, height: 1 });
  });

  it('stays as it is if it moves', () => {
    const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
    const webp = (flags: number) => bytes(`RIFF....WEBPVP8X....${String.fromCharCode(flags)}`);
    expect([webp(2), bytes('\x89PNG....acTL....IDAT....')].map(isAnimated)).toEqual([true, true]);
    const still = [webp(16), bytes('RIFF....WEBPVP8 '), bytes('\x89PNG....IDAT..acTL'), bytes('ÿØÿà acTL')];
    expect(still.map(isAnimated)).toEqual([false, false, false, false]);
  });
});

/** A tray whose API names uploads 1, 2, 3 …, and whose store waits for `stored`. */
function trayWith(stored: () => Promise<void>): Tray {
  let uploads = 0;
  const access = createAccess({
    getToken: () => Promise.resolve('token'),
    baseUrl: 'http://api.test',
    fetch: async (request: Request) => {
      uploads += 1;
      const upload = { url: '/store', fields: {}, expires_at: '2026-01-01T00:00:00.000Z' };
      return Response.json({ ...((await request.json()) as object), id: String(uploads), upload });
    },
  });
  const http: Http = access.http;
  return new Tray({ http, limits: LIMITS, post: stored });
}

const statesIn = ({ state }: Tray) => state.get().files.map((file) => `${file.name} ${file.state}`);

describe('the tray of a message', () => {
  it('sends when all files are uploaded, without those that were removed meanwhile, and is empty then', async () => {
    const store = deferred<undefined>();
    const tray = trayWith(() => store.promise);
    tray.add([textFile('a.txt'), textFile('b.txt'), textFile('c.txt'), textFile('d.txt')]);
    expect(tray.state.get().refusals).toEqual(['A message can have up to 3 files: 1 file was not added.']);
    let sent: readonly AttachedFile[] | undefined;
    const sending = tray.send((files) => {
      sent = files;
      return Promise.resolve();
    });
    tray.remove(tray.state.get().files[1]?.key ?? 0);
    expect(sent).toBeUndefined();
    store.resolve(undefined);
    await sending;
    expect(sent).toMatchObject([{ name: 'a.txt', size: 5 }, { name: 'c.txt' }]);
    expect(tray.state.get()).toEqual({ files: [], refusals: [], isSending: false });
  });

  it('keeps files that could not be uploaded, does not send without them, and tries again on the next connection', async () => {
    const failing = new Set(['unreachable']);
    const tray = trayWith(() =>
      failing.size > 0 ? Promise.reject(new ApiError(0, ['unreachable'])) : Promise.resolve(),
    );
    tray.add([textFile('a.txt')]);
    const submit = () => Promise.reject(new Error('must not be sent'));
    await expect(tray.send(submit)).rejects.toMatchObject({ code: 'files_failed' });
    expect(statesIn(tray)).toEqual(['a.txt failed']);
    failing.clear();
    tray.resume();
    await eventually(() => expect(statesIn(tray)).toEqual(['a.txt uploaded']));
    await expect(tray.send(submit)).rejects.toThrow('must not be sent');
    expect(statesIn(tray)).toEqual(['a.txt uploaded']);
  });
});
