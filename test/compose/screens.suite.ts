import { afterEach, expect, it } from '@jest/globals';
import type { Device } from '../browser/device.ts';
import { useScreens } from '../browser/screens.ts';
import { Project } from './project.ts';

/* Two users at their screens, while containers are killed. */

/** The browser's messages for a stream that breaks off, and for requests without a response. */
const DISCONNECTED = /net::ERR_|Failed to load resource|^50[234] /;
/** Height of a window in which all messages are visible. */
const TALL = { viewport: { width: 1_280, height: 5_000 } };

const project = Project.started();
const stage = useScreens();
afterEach(() => project.up());

/** Counts the event streams that a page opens from now on. */
function countStreams({ page }: Device): () => number {
  let count = 0;
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/api/events' && response.ok()) count += 1;
  });
  return () => count;
}

const numbered = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, place) => `${name} ${from + place}`);

it(
  'lose and duplicate nothing when an API is killed while both write, and continue at the other one',
  stage(async ({ people, enter }) => {
    await project.isAsked('api-1');
    // The proxy may send every stream to the other API: while it is away, Ada's can only be at this one.
    await project.kill('api-2');
    const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
    const group = await people.send(ada, grace, 'Before');
    const adas = await enter(ada, TALL);
    await project.up();
    await project.isAsked('api-2');
    const graces = await enter(grace, TALL);
    await Promise.all([adas.open('Grace'), graces.open('Ada')]);
    const reopened = countStreams(adas);
    const write = async (device: Device, texts: readonly string[]) => {
      for (const text of texts) await device.send(text);
    };
    const bothWrite = (from: number, to: number) =>
      Promise.all([write(adas, numbered('Ada', from, to)), write(graces, numbered('Grace', from, to))]);

    const conversation = async () => {
      await bothWrite(0, 5);
      await graces.sees('Ada 4');
      await Promise.all([bothWrite(5, 15), project.kill('api-1')]);
      await adas.eventually(() => {
        expect(reopened()).toBeGreaterThan(0);
        return Promise.resolve();
      });
      for (const device of [adas, graces]) await device.isLive();
      await bothWrite(15, 20);
      await adas.sees('Grace 19');
      await graces.sees('Ada 19');
    };
    await adas.watch.tolerating(DISCONNECTED, () => graces.watch.tolerating(DISCONNECTED, conversation));

    const texts = await people.texts(ada, group);
    expect(texts.toSorted()).toEqual(
      ['Before', ...numbered('Ada', 0, 20), ...numbered('Grace', 0, 20)].toSorted(),
    );
    expect(await people.texts(grace, group)).toEqual(texts);
    for (const device of [adas, graces]) await device.seesAll(texts.map(String));
  }),
);
