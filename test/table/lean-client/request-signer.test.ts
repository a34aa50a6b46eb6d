import { describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { LeanSigner } from '../../../backend/table/lean-client/request-signer.ts';

const { sha256 } = new DynamoDBClient({ region: 'us-east-1' }).config;

interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
const IDENTITY: Identity = { accessKeyId: 'AKID', secretAccessKey: 'secret' };

/** Our signer and the SDK's, with the same credentials, which may change. */
function signers(first: Identity = IDENTITY) {
  let identity = first;
  const options = {
    credentials: () => Promise.resolve(identity),
    region: () => Promise.resolve('eu-central-1'),
    sha256,
  };
  return {
    lean: new LeanSigner(options),
    sdk: new SignatureV4({ ...options, service: 'dynamodb' }),
    renew: (other: Identity) => {
      identity = other;
    },
  };
}

function requestOf({
  headers = {},
  body = Buffer.from('{}'),
  path = '/',
}: Partial<HttpRequest> = {}): HttpRequest {
  const all = { host: 'dynamodb.example', 'content-type': 'application/x-amz-json-1.0', ...headers };
  return new HttpRequest({
    method: 'POST',
    protocol: 'https:',
    hostname: 'dynamodb.example',
    path,
    headers: all,
    body,
  });
}

const DATE = new Date('2026-01-31T23:59:59.999Z');

async function expectSame(
  { lean, sdk }: ReturnType<typeof signers>,
  request = requestOf(),
  signingDate = DATE,
) {
  const options = { signingDate };
  const ours = await lean.sign(request, options);
  expect(ours.headers).toEqual((await sdk.sign(request, options)).headers);
  return ours.headers;
}

describe('a signature', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  const headerText = fc.string({ unit: fc.constantFrom(...Array.from('ab/+= \t,;:"\'~é')), maxLength: 60 });
  const headerName = fc.constantFrom(
    'x-amz-target',
    'x-amz-user-agent',
    'amz-sdk-request',
    'user-agent',
    'proxy-x',
    'Sec-Fetch',
    'expect',
    'X-Amzn-Trace-Id',
    'a-b',
    'a0',
  );

  it("is the SDK's for any body, header, session token and moment", async () => {
    const signed = signers();
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.dictionary(headerName, headerText, { maxKeys: 6 }),
        fc.option(headerText, { nil: undefined }),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        async (body, headers, sessionToken, date) => {
          signed.renew({ ...IDENTITY, ...(sessionToken !== undefined && { sessionToken }) });
          await expectSame(signed, requestOf({ headers, body: Buffer.from(body) }), date);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('has the key of its day, in the last second of one and the first of the next', async () => {
    const signed = signers();
    const last = await expectSame(signed);
    const first = await expectSame(signed, requestOf(), new Date('2026-02-01T00:00:00.000Z'));
    expect(last['authorization']).toContain('/20260131/');
    expect(first['authorization']).toContain('/20260201/');
    await expectSame(signed);
  });

  it('has the key of the credentials as they are now', async () => {
    const signed = signers();
    await expectSame(signed);
    signed.renew({ accessKeyId: 'OTHER', secretAccessKey: 'other', sessionToken: 'token' });
    expect((await expectSame(signed))['x-amz-security-token']).toBe('token');
    signed.renew({ ...IDENTITY, secretAccessKey: 'renewed' });
    expect(await expectSame(signed)).not.toHaveProperty('x-amz-security-token');
  });

  it('of another region and service has their scope', async () => {
    const { lean, sdk } = signers();
    const options = { signingDate: DATE, signingRegion: 'us-gov-west-1', signingService: 'kinesis' };
    const ours = await lean.sign(requestOf(), options);
    expect(ours.headers).toEqual((await sdk.sign(requestOf(), options)).headers);
  });

  it("is the SDK's for a text as the body, and for an endpoint with a path", async () => {
    const signed = signers();
    await expectSame(signed, requestOf({ body: 'text' }));
    await expectSame(signed, requestOf({ path: '/tables/' }));
  });

  it('leaves the request as it was, for the next attempt', async () => {
    const request = requestOf();
    const before = { ...request.headers };
    await signers().lean.sign(request, { signingDate: DATE });
    expect(request.headers).toEqual(before);
  });
});
