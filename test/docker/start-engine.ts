import { GenericContainer, Wait } from 'testcontainers';
import { createProgramFolder } from '../support/program-folder.ts';
import { setContainer } from './container.ts';

const IMAGE = 'amazon/dynamodb-local:3.1.0';
const PORT = 8000;

/**
 * Starts one DynamoDB Local for all tables of a run, with a stream or without, and creates the folder of its programs:
 * jest's global setup.
 */
export default async function startEngine(): Promise<void> {
  const container = await new GenericContainer(IMAGE)
    .withCommand(['-jar', 'DynamoDBLocal.jar', '-sharedDb', '-inMemory'])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  setContainer(container);
  const endpoint = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
  process.env['TEST_DYNAMODB_ENDPOINT'] = endpoint;
  process.env['TEST_STREAMS_ENDPOINT'] = endpoint;
  await createProgramFolder();
}
