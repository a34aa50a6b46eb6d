import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { eventually } from '../support/eventually.ts';

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;
const ASKED_WITHIN_MS = 30_000;
/** So many that nobody reaches it; it is there to be counted down. */
export const ANONYMOUS_LIMIT = 100_000;

const run = promisify(execFile);

/** Which project it is: names and ports. */
const identity = z.object({
  name: z.string(),
  port: z.number(),
  dynamodbPort: z.number(),
  valkeyPort: z.number(),
});
export type Identity = z.output<typeof identity>;

/** How the run's project reaches the tests. */
const VARIABLE = 'COMPOSE_TEST_PROJECT';

/** The containers of `docker compose up`, under a name and on ports that are nobody else's. */
export class Project {
  readonly #identity: Identity;

  constructor(parts: Identity) {
    this.#identity = parts;
  }

  /** The project that `start-project.ts` has started. */
  static started(): Project {
    return new Project(identity.parse(JSON.parse(process.env[VARIABLE] ?? '')));
  }

  share(): void {
    process.env[VARIABLE] = JSON.stringify(this.#identity);
  }

  /** The proxy's. */
  get port(): number {
    return this.#identity.port;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Of DynamoDB Local, past the API. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#identity.dynamodbPort}`;
  }

  /** @returns what it printed. @throws with what it said on stderr. */
  async compose(...command: readonly string[]): Promise<string> {
    return docker(['compose', '--project-name', this.#identity.name, ...command], this.#environment());
  }

  async build(): Promise<void> {
    await this.compose('build', '--quiet');
  }

  /** Starts what does not run, and waits until all of it is healthy. */
  async up(...services: readonly string[]): Promise<void> {
    await this.compose('up', '--detach', '--wait', '--quiet-pull', ...services);
  }

  /** Waits until the proxy asks an API: it learns of one that came back a moment after that is healthy. */
  async isAsked(api: string): Promise<void> {
    const headers = { 'X-Request-Id': randomUUID() };
    await eventually(
      async () => {
        for (let time = 0; time < 4; time += 1) await fetch(`${this.url}/api/users/@ada/short`, { headers });
        return (await this.compose('logs', '--tail', '100', api)).includes(headers['X-Request-Id']);
      },
      { within: ASKED_WITHIN_MS },
    );
  }

  /** Kills a service's process, as when its machine is gone. */
  async kill(service: string): Promise<void> {
    await this.compose('kill', service);
  }

  /** Removes the containers; data stays. */
  async down(): Promise<void> {
    await this.compose('down');
  }

  /** Removes everything there is of it. */
  remove(): void {
    execFileSync(
      'docker',
      [
        'compose',
        '--project-name',
        this.#identity.name,
        'down',
        '--volumes',
        '--rmi',
        'local',
        '--timeout',
        '1',
      ],
      { cwd: PACKAGE_ROOT, env: this.#environment(), stdio: 'ignore' },
    );
  }

  /** What a command prints in a service's container. */
  async exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.compose('exec', '--no-TTY', service, ...command);
  }

  /** The image of a service. */
  image(service: string): string {
    return `${this.#identity.name}-${service}`;
  }

  #environment(): NodeJS.ProcessEnv {
    const { port, dynamodbPort, valkeyPort } = this.#identity;
    return {
      // What whoever runs the tests has set for their own project is not for this one.
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DOCKER_HOST: process.env['DOCKER_HOST'],
      DOCKER_CONTEXT: process.env['DOCKER_CONTEXT'],
      PORT: String(port),
      DYNAMODB_PORT: String(dynamodbPort),
      VALKEY_PORT: String(valkeyPort),
      RATE_LIMIT_ANONYMOUS_PER_MINUTE: String(ANONYMOUS_LIMIT),
    };
  }
}

/** @returns what a command of Docker's printed. @throws with what it said on stderr. */
export async function docker(command: readonly string[], env = process.env): Promise<string> {
  const { stdout } = await run('docker', command, { cwd: PACKAGE_ROOT, env, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout;
}
