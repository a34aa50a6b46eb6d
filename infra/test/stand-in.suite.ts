import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { PostConfirmationTriggerEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import * as z from 'zod';
import { createTokenVerifier } from '../../backend/http/verify-token.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { ProfileStore } from '../../backend/table/profile-store.ts';
import { tableDifferences } from '../../backend/table/schema-loader.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { describeTable } from '../../cli/describe-table.ts';
import { readerRoleTemplate } from '../reader-role-template.ts';
import { plainTableTemplate } from '../table/plain-template.ts';
import { createHandler } from '../../lambdas/create-profile/handler.ts';
import { DEFAULT_TABLE_NAME } from '../../schema/table.ts';
import { callScript, succeeds } from '../../test/bin/run-script.ts';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { exchange } from '../../test/support/http-client.ts';
import { STANDS_IN } from './support/left-out.ts';
import { pythonProgram } from './support/python.ts';
import { STAND_IN_CREDENTIALS, STAND_IN_REGION, type StandIn, startStandIn } from './support/stand-in.ts';
import { deploy, type Deployment, requestCertificate } from './support/stand-in-deployment.ts';
import { createPool, type SignedIn, type TestPool } from './support/stand-in-sign-in.ts';
import { type Stack, synthesise } from './support/synthesis.ts';

const describeDeployed = pythonProgram('moto_server') === undefined ? describe.skip : describe;
describeDeployed('deployed into a stand-in for AWS', () => {
  let standIn: StandIn;
  let stacks: readonly Stack[];
  let deployment: Deployment;
  let dynamo: DynamoDBClient;

  beforeAll(async () => {
    standIn = await startStandIn();
    stacks = synthesise({ baseline: true, certificateArn: await requestCertificate(standIn) });
    deployment = await deploy(standIn, stacks);
    dynamo = createDynamoClient({
      tableName: DEFAULT_TABLE_NAME,
      endpoint: standIn.endpoint,
      region: STAND_IN_REGION,
      credentials: STAND_IN_CREDENTIALS,
    });
  });
  afterAll(() => standIn.stop());

  it('every stack completes', async () => {
    const names = stacks.map(({ name }) => name);
    expect(names).toEqual(['CruddurTable', 'CruddurService', 'CruddurBaseline']);
    expect(await Promise.all(names.map((name) => deployment.status(name)))).toEqual(
      names.map(() => 'CREATE_COMPLETE'),
    );
  });

  it('with every resource that the stand-in supports; for each other type there are rules in another test', () => {
    const leftOut = [...new Set(Object.values(deployment.leftOut).flat())].sort();
    expect(leftOut).toEqual(Object.keys(STANDS_IN).sort());
    for (const [type, file] of Object.entries(STANDS_IN))
      expect([type, existsSync(file)]).toEqual([type, true]);
  });

  it.each([
    ['PAY_PER_REQUEST', 'true', 0],
    ['PROVISIONED', 'false', 7],
  ])(
    'the plain template creates the table with the given parameters: %s',
    async (billing, protection, units) => {
      const name = `plain-${billing.toLowerCase()}`;
      await deployment.create(name.replaceAll('_', '-'), plainTableTemplate(), {
        TableName: name,
        BillingMode: billing,
        ReadCapacityUnits: '7',
        WriteCapacityUnits: '7',
        DeletionProtection: protection,
      });
      const table = await describeTable(dynamo, name);
      expect(tableDifferences(table ?? {}, name)).toEqual([]);
      expect(table).toMatchObject({
        BillingModeSummary: { BillingMode: billing },
        ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: units },
        DeletionProtectionEnabled: protection === 'true',
      });
    },
  );

  it('the role for outside readers is created', async () => {
    await deployment.create('reader', readerRoleTemplate(), {
      Principal: 'arn:aws:iam::111122223333:root',
      ExternalId: 'a-long-random-text',
      Addresses: '203.0.113.0/24',
    });
    expect(await deployment.physicalIds('reader', 'AWS::IAM::Role')).toHaveLength(1);
  });

  it('the function follows the table’s stream', async () => {
    const lambda = new LambdaClient({
      endpoint: standIn.endpoint,
      region: STAND_IN_REGION,
      credentials: STAND_IN_CREDENTIALS,
    });
    const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
    lambda.destroy();
    expect(EventSourceMappings).toHaveLength(1);
    expect(EventSourceMappings?.[0]).toMatchObject({
      BatchSize: 500,
      FunctionArn: expect.stringContaining('cruddur-service-update-summaries'),
      EventSourceArn: expect.stringContaining(`table/${DEFAULT_TABLE_NAME}/stream/`),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('the network has an endpoint for the table', async () => {
    expect(await deployment.physicalIds('CruddurService', 'AWS::EC2::VPCEndpoint')).toEqual([
      expect.stringMatching(/^vpce-/),
      expect.stringMatching(/^vpce-/),
    ]);
  });

  it('doctor finds the table as the schema defines it, after schema-load has completed it', async () => {
    // The stand-in creates a table without the two settings that AWS accepts only after the creation.
    expect(await failedChecks()).toEqual(['TTL', 'recovery']);
    await succeeds(callScript('ddb/schema-load', ['prod'], { env: environment() }));
    expect(await failedChecks()).toEqual([]);
  });

  /** The SDK's settings for a script that uses the stand-in. */
  const environment = () => ({
    AWS_ENDPOINT_URL: standIn.endpoint,
    AWS_REGION: STAND_IN_REGION,
    AWS_ACCESS_KEY_ID: STAND_IN_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: STAND_IN_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: STAND_IN_CREDENTIALS.sessionToken,
  });

  /** The checks of doctor that fail. */
  async function failedChecks(): Promise<string[]> {
    const { stdout } = await callScript('ddb/doctor', ['prod', '--json'], { env: environment() });
    const reports = doctorReports.parse(JSON.parse(stdout));
    expect(reports.length).toBeGreaterThan(10);
    return reports.filter(({ result }) => result === 'fails').map(({ check }) => check);
  }

  describe('a user who signs up', () => {
    let pool: TestPool;
    let table: Table;
    let api: TestApi;
    let ada: SignedIn;
    const asked: string[] = [];

    beforeAll(async () => {
      pool = await createPool(standIn, stacks);
      table = openTable(dynamo, DEFAULT_TABLE_NAME);
      const verifyToken = createTokenVerifier({ cognito: pool }, { fetchKeys });
      api = await startTestApi({ table, verifyToken });
      ada = await pool.signIn({ email: 'ada@example.com', preferred_username: 'ada', name: 'Ada Lovelace' });
    });
    afterAll(async () => {
      await api.stop();
      pool.close();
    });

    /** Redirects requests for the pool's keys from AWS's address to the stand-in's. */
    async function fetchKeys(uri: string): Promise<string> {
      asked.push(uri);
      return (await fetch(`${standIn.endpoint}${new URL(uri).pathname}`)).text();
    }

    const me = (token: string) =>
      exchange(api.port, { path: '/api/users/me', headers: { Authorization: `Bearer ${token}` } });

    it('is accepted by the API with the pool’s token', async () => {
      const answer = await me(ada.accessToken);
      expect({ status: answer.status, body: answer.json() }).toEqual({
        status: 403,
        body: ['profile_missing'],
      });
      const issuer = `https://cognito-idp.${STAND_IN_REGION}.amazonaws.com/${pool.userPoolId}`;
      expect(asked[0]).toBe(`${issuer}/.well-known/jwks.json`);
    });

    it('has a profile after the trigger has run, and can write', async () => {
      const trigger = createHandler({
        profiles: new ProfileStore(table),
        clock: () => new Date(),
        newId: ulid,
        logger: createLogger('silent'),
      });
      await trigger(confirmationOf(ada));
      const answer = await me(ada.accessToken);
      expect({ status: answer.status, body: answer.json() }).toEqual({
        status: 200,
        body: { uuid: ada.userAttributes['sub'], handle: 'ada', display_name: 'Ada Lovelace' },
      });
    });

    it('is refused with a token of another pool', async () => {
      const other = await createPool(standIn, stacks);
      const eve = await other.signIn({ email: 'eve@example.com' });
      other.close();
      expect((await me(eve.accessToken)).status).toBe(401);
    });
  });
});

const doctorReports = z.array(z.object({ check: z.string(), result: z.string() }));

/** Cognito's event for the trigger. */
function confirmationOf({ userAttributes }: SignedIn): PostConfirmationTriggerEvent {
  return {
    version: '1',
    region: STAND_IN_REGION,
    userPoolId: 'us-east-1_AbCdEfGhI',
    userName: userAttributes['sub'] ?? '',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
    triggerSource: 'PostConfirmation_ConfirmSignUp',
    request: { userAttributes: { ...userAttributes } },
    response: {},
  };
}
