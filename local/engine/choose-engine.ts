import { UserError } from '../../cli/user-error.ts';
import { dockerAnswers, dockerEngine } from './docker-engine.ts';
import { embeddedBinary, embeddedEngine } from './embedded-engine.ts';
import type { EngineProgram } from './engine-program.ts';

/** The engines that this machine can run; replaced in tests. */
export interface Machine {
  embeddedBinary(): string | undefined;
  dockerAnswers(): Promise<boolean>;
}

/**
 * Chooses the engine to run on this machine: the embedded one if its package is installed, otherwise DynamoDB Local in
 * Docker.
 * @throws UserError if there is neither.
 */
export async function chooseEngine(
  dataDir: string,
  machine: Machine = { embeddedBinary, dockerAnswers },
): Promise<EngineProgram> {
  const binary = machine.embeddedBinary();
  if (binary !== undefined) return embeddedEngine(binary, dataDir);
  if (await machine.dockerAnswers()) return dockerEngine(dataDir);
  throw new UserError(
    'no DynamoDB engine: run `npm install` on Linux x64 (it brings the embedded one), or start Docker, ' +
      'or set AWS_ENDPOINT_URL to an engine that runs already',
  );
}
