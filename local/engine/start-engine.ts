import type { DynamoConfig, Environment } from '../../backend/config.ts';
import type { Logger } from '../../backend/logger.ts';
import { ownEngineConfig } from '../config.ts';
import { chooseEngine } from './choose-engine.ts';
import { EngineProcess } from './engine-process.ts';
import { removeEngineRecord, writeEngineRecord } from './engine-record.ts';

/** The engine of a local run: one that it started, or one that ran already. */
export interface Engine {
  /** How to reach the table on it; known once `start` is done. */
  readonly dynamo: DynamoConfig;
  readonly description: string;
  /** @throws UserError when it does not start. */
  start(): Promise<void>;
  /** Ends the engine if it was started here. May be called at any time, also during `start`. */
  stop(): Promise<void>;
}

/**
 * Returns the engine that a local run uses: the one at the configured endpoint, or one to be started on this machine.
 * @throws UserError if there is none.
 */
export async function createEngine(parts: {
  readonly dataDir: string;
  /** The configuration; its endpoint decides. */
  readonly dynamo: DynamoConfig;
  readonly environment: Environment;
  readonly logger: Logger;
}): Promise<Engine> {
  const { dataDir, dynamo, environment, logger } = parts;
  if (dynamo.endpoint !== undefined) return givenEngine(dataDir, dynamo, dynamo.endpoint);
  const program = await chooseEngine(dataDir);
  const engine = new EngineProcess({ program, dataDir, logger });
  if (program.kind === 'docker') logger.info('starting DynamoDB Local in Docker, which pulls its image once');
  return {
    get dynamo() {
      return ownEngineConfig(environment, engine.endpoint);
    },
    description: program.kind,
    start: () => engine.start(),
    stop: () => engine.stop(),
  };
}

/** An engine that runs already. Scripts in other terminals still find it through the data directory. */
function givenEngine(dataDir: string, dynamo: DynamoConfig, endpoint: string): Engine {
  return {
    dynamo,
    description: endpoint,
    start: () => {
      writeEngineRecord(dataDir, { endpoint, kind: 'given' });
      return Promise.resolve();
    },
    stop: () => {
      removeEngineRecord(dataDir);
      return Promise.resolve();
    },
  };
}
