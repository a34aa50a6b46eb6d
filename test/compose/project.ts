import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { eventually } from '../support/eventually.ts';

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;
const ASKED_WITHIN_MS = 30_000;
/** A limit that is never reached; tests read how many requests are left. */
export const ANONYMOUS_LIMIT = 100_000;

const run = promisify(execFile);

/** Names and ports of a project. */
const identity = z.object({
  name: z.string(),
  port: z.number(),
  dynamodbPort: z.number(),
  valkeyPort: z.number(),
});
export type Identity = z.output<typeof identity>;

/** The variables that pass the run's project to the tests. */
const VARIABLE = 'COMPOSE_TEST_PROJECT';

/** The containers of `docker compose up`, under their own name and on their own ports. */
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

  /** The URL of the proxy. */
  get port(): number {
    return this.#identity.port;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** The URL of DynamoDB Local, not through the API. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#identity.dynamodbPort}`;
  }

  /** Returns the output. @throws Error with stderr. */
  async compose(...command: readonly string[]): Promise<string> {
    return docker(['compose', '--project-name', this.#identity.name, ...command], this.#environment());
  }

  async build(): Promise<void> {
    await this.compose('build', '--quiet');
  }

  /** Starts the containers that do not run, and waits until all of them are healthy. */
  async up(...services: readonly string[]): Promise<void> {
    await this.compose('up', '--detach', '--wait', '--quiet-pull', ...services);
  }

  /** Waits until the proxy uses an API: it notices one that came back shortly after that is healthy. */
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

  /** Kills a service's process, like the failure of its machine. */
  async kill(service: string): Promise<void> {
    await this.compose('kill', service);
  }

  /** Removes the containers; data is kept. */
  async down(): Promise<void> {
    await this.compose('down');
  }

  /** Removes the whole project. */
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

  /** Returns the output of a command in a service's container. */
  async exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.compose('exec', '--no-TTY', service, ...command);
  }

  /** Returns the image of a service. */
  image(service: string): string {
    return `${this.#identity.name}-${service}`;
  }

  #environment(): NodeJS.ProcessEnv {
    const { port, dynamodbPort, valkeyPort } = this.#identity;
    return {
      // Variables that a developer has set for their own project must not apply to this one.
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

/** Returns the output of a command of Docker. @throws Error with stderr. */
export async function docker(command: readonly string[], env = process.env): Promise<string> {
  const { stdout } = await run('docker', command, { cwd: PACKAGE_ROOT, env, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout;
}
