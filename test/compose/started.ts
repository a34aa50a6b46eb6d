import getPort from 'get-port';
import { launchChromium } from '../browser/chromium.ts';
import { Project } from './project.ts';

let project: Project | undefined;
let browser: Awaited<ReturnType<typeof launchChromium>> | undefined;

/** Builds the images from the current sources, starts all containers, and a browser if there is one. */
export async function startProject(): Promise<void> {
  const [port, dynamodbPort, valkeyPort] = [await getPort(), await getPort(), await getPort()];
  project = new Project({ name: `cruddur-test-${process.pid}`, port, dynamodbPort, valkeyPort });
  // Containers outlive the process that started them.
  process.once('SIGINT', () => {
    project?.remove();
    process.exit(130);
  });
  const begun = performance.now();
  await project.build();
  const built = performance.now();
  await project.up();
  const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(0);
  process.stdout.write(
    `images built in ${seconds(begun, built)} s, containers up in ${seconds(built, performance.now())} s\n`,
  );
  project.share();
  if (process.env['CHROMIUM_PATH']) {
    browser = await launchChromium();
    process.env['SCREENS_PORT'] = String(port);
    process.env['SCREENS_BROWSER'] = browser.wsEndpoint();
  }
}

export async function stopProject(): Promise<void> {
  await browser?.close();
  project?.remove();
}
